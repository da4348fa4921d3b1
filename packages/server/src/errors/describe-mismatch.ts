import { findMismatch, formOf, nearestName, type SchemaNode, type Validator } from "@millrace/contract/mismatch";
import type { TLocalizedValidationError } from "typebox/error";
import { secretFields } from "./secret-fields.js";

const longestName = 1_024;
const maximumShown = 12;

/**
 * One sentence about the first way in which a value differs from its schema: field, what was expected, what was found.
 *
 * @param root what the value is called in the sentence when the mismatch is at its top ("the body").
 * @param base where the value is in what the caller sent, such as ["input"].
 */
export function describeMismatch(
  root: string,
  value: unknown,
  validator: Validator,
  base: readonly string[] = [],
): string {
  const mismatch = findMismatch(validator, value);
  if (mismatch?.error === undefined) return `${root} is not valid.`;
  const { kind, path, node, known, error } = mismatch;
  // What is wrong is a name, not what it names.
  if (kind === "name") {
    const name = path.at(-1) ?? "";
    const owner = formatPath(root, [...base, ...path.slice(0, -1)]);
    return `${owner} has a name of ${name.length} characters, which starts with ${JSON.stringify(name.slice(0, 60))}: expected ${describeExpected(error, node)}.`;
  }
  const field = formatPath(root, [...base, ...path]);
  if (kind === "missing") return `${field} is required.`;
  if (kind === "unknown") {
    const what = root === "The query" ? "query parameter" : "field";
    return `${field} is not a known ${what}${describeKnown(path.at(-1) ?? "", known)}`;
  }
  const found = valueAt(value, path);
  const isSecret = secretFields.includes(path.at(-1) ?? "");
  return `${field} is not valid: found ${isSecret && found !== null && found !== undefined ? `${article(typeof found)} (not shown)` : describeValue(found)}, expected ${describeExpected(error, node)}.`;
}

/** The known fields are named only where one of them was probably meant, or where they are few. */
function describeKnown(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  if (meant !== undefined) return `. Did you mean ${meant}? Rename or remove it.`;
  return known.length > 0 && known.length <= maximumShown
    ? `: expected ${known.join(", ")}. Remove it.`
    : ". Remove it.";
}

/** What a value is, for a message: short, and cut where it is long. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the string ${JSON.stringify(cut(value))}`;
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

function cut(text: string): string {
  const shown = withoutPasswords(text);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

/** Addresses may hold passwords and tokens before their host and in their query. */
function withoutPasswords(text: string): string {
  const shown = text.replace(/\/\/[^/\s]*@/g, "//…@").replace(/(\bpassword=)[^&\s]*/gi, "$1…");
  return /^[a-z][a-z\d+.-]*:/i.test(shown) ? shown.replace(/\?[^\s]*/g, "?…") : shown;
}

function describeExpected(error: TLocalizedValidationError, node: SchemaNode | undefined): string {
  switch (error.keyword) {
    case "type":
      return article([error.params.type].flat().join(" or "));
    case "enum":
      return `one of ${error.params.allowedValues.map((allowed) => JSON.stringify(allowed)).join(", ")}`;
    case "const":
      return JSON.stringify(error.params.allowedValue);
    case "minLength":
      return `at least ${error.params.limit} character${error.params.limit === 1 ? "" : "s"}`;
    case "minimum":
      return `a number of at least ${error.params.limit}`;
    case "maximum":
      return `a number of at most ${error.params.limit}`;
    case "maxProperties":
    case "maxItems":
      return `at most ${error.params.limit} entries`;
    case "maxLength":
      return `at most ${error.params.limit} characters`;
    case "pattern":
      return formOf(node);
    default:
      return error.message;
  }
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[segment];
  }
  return current;
}

/** `input.sources["my-input"]["input.txt"].bucket`: as it would be written in code. */
function formatPath(root: string, path: readonly string[]): string {
  if (path.length === 0) return root;
  return path
    .map((segment) =>
      /^[A-Za-z_$][\w$]{0,99}$/.test(segment) ? `.${segment}` : `[${JSON.stringify(cutName(segment))}]`,
    )
    .join("")
    .replace(/^\./, "");
}

/** Fields that no schema knows can have names as long as the body. */
function cutName(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}
