import type { TLocalizedValidationError } from "typebox/error";
import { secretFields } from "./secret-fields.js";

/**
 * One sentence about the first way in which a value differs from its schema: field, what was expected, what was found.
 *
 * @param root what the value is called in the sentence when the mismatch is at its top ("the body").
 */
export function describeMismatch(root: string, value: unknown, errors: readonly TLocalizedValidationError[]): string {
  const error = deepest(errors);
  if (error === undefined) return `${root} is not valid.`;
  const path = parsePointer(error.instancePath);
  const field = formatPath(root, path);
  const found = valueAt(value, path);
  if (error.keyword === "required") {
    const missing = error.params.requiredProperties[0] ?? "";
    return `${formatPath(root, [...path, missing])} is required and was not sent.`;
  }
  if (error.keyword === "additionalProperties") {
    const extra = error.params.additionalProperties[0] ?? "";
    return `${formatPath(root, [...path, extra])} is not known here; remove it.`;
  }
  // The same, told of the value itself: its schema is `false`.
  if (error.keyword === "boolean") return `${field} is not known here; remove it.`;
  const isSecret = secretFields.includes(path.at(-1) ?? "");
  return `${field} is not valid: found ${isSecret ? `${article(typeof found)} (not shown)` : describeValue(found)}, expected ${describeExpected(error)}.`;
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

/** Addresses may hold passwords before their host and in their query. */
function withoutPasswords(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, "//…@").replace(/(\bpassword=)[^&\s]*/gi, "$1…");
}

function deepest(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  const specific = errors.filter((error) => error.keyword !== "anyOf" && error.keyword !== "oneOf");
  return specific[0] ?? errors[0];
}

function describeExpected(error: TLocalizedValidationError): string {
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
    case "pattern":
      return error.params.pattern === "^data:"
        ? 'a data URL ("data:text/plain;base64,...")'
        : `text like ${error.params.pattern}`;
    default:
      return error.message;
  }
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function parsePointer(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
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
    .map((segment) => (/^[A-Za-z_$][\w$]*$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`))
    .join("")
    .replace(/^\./, "");
}
