import { findMismatch, formOf, type SchemaNode, type Validator } from "@millrace/contract/mismatch";
import type { TLocalizedValidationError } from "typebox/error";
import type { Document, LineCounter, YAMLMap } from "yaml";

/** What is wrong with a `model.yaml`, and where. */
export interface ManifestFault {
  /** The field, from the top of the file; empty for the file itself. */
  readonly path: readonly string[];
  /** Where the field itself is the fault, and not its value. */
  readonly is?: "unknown" | "missing";
  /** Instead of the value. */
  readonly found?: string;
  /** Such as "a text". */
  readonly expected: string;
  /** The name that was probably meant. */
  readonly meant?: string;
}

/** A file in YAML and where everything is in it. */
export interface YamlFile {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** One sentence: `model.yaml:3:13: identifier is not valid: found "abc", expected ten lower-case letters and digits.` */
export function describeManifestFault({ file, document, lines }: YamlFile, fault: ManifestFault): string {
  const { path, is } = fault;
  const { line, col } = lines.linePos(offsetOf(document, path, is));
  return `${file}:${line}:${col}: ${describeFault(fault, document.getIn(path))}`;
}

/** The same without the place in the file. @param value what the field has. */
export function describeFault({ path, is, found, expected, meant }: ManifestFault, value: unknown): string {
  const field = path.join(".") || "the file";
  const told = found ?? (is === "missing" ? "nothing" : (cut(JSON.stringify(value)) ?? "nothing"));
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const verdict = is === "missing" ? "required" : is === "unknown" ? "not known" : "not valid";
  return `${field} is ${verdict}: found ${told}, expected ${expected}.${hint}`;
}

/** The value of a field, its name where that is the fault, or what it is missing in. */
function offsetOf(document: Document, path: readonly string[], is: ManifestFault["is"]): number {
  const parent = document.getIn(path.slice(0, -1), true) as YAMLMap | undefined;
  const key = (parent?.items as { key?: Ranged & { value?: unknown } }[] | undefined)?.find(
    (pair) => pair.key?.value === path.at(-1),
  )?.key;
  const node = is === "missing" ? parent : is === "unknown" ? key : document.getIn(path, true);
  const { range } = (node ?? key ?? parent ?? {}) as Ranged;
  return range?.[0] ?? 0;
}

interface Ranged {
  readonly range?: readonly [number, number, number];
}

function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/**
 * The first way in which a value differs from its schema.
 *
 * @param base where the value is in its file.
 */
export function findSchemaFault(
  validator: Validator,
  value: unknown,
  base: readonly string[] = [],
): ManifestFault | undefined {
  const mismatch = findMismatch(validator, value);
  if (mismatch === undefined) return undefined;
  const { kind, node, known, error } = mismatch;
  const path = [...base, ...mismatch.path];
  if (kind === "unknown") return unknownKey(path, known);
  if (kind === "missing") return { path, is: "missing", expected: node?.description ?? expectationIn(node) };
  return { path, expected: node?.description ?? expectationOf(error, node) };
}

/** An unknown key, with the one that was probably meant. */
export function unknownKey(path: readonly string[], known: readonly string[]): ManifestFault {
  const meant = nearestName(path.at(-1) ?? "", known);
  return { path, is: "unknown", expected: `one of ${known.join(", ")}`, ...(meant === undefined ? {} : { meant }) };
}

function expectationIn(node: SchemaNode | undefined): string {
  if (node?.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  if (node?.const !== undefined) return JSON.stringify(node.const);
  return names[node?.type ?? ""] ?? "a value";
}

const names: Readonly<Record<string, string>> = {
  string: "a string",
  object: "fields by name",
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
};

function expectationOf(error: TLocalizedValidationError | undefined, node: SchemaNode | undefined): string {
  switch (error?.keyword) {
    case "type":
      return [error.params.type]
        .flat()
        .map((type) => names[type] ?? type)
        .join(" or ");
    case "enum":
      return `one of ${error.params.allowedValues.join(", ")}`;
    case "const":
      return JSON.stringify(error.params.allowedValue);
    case "minimum":
      return `a number of at least ${error.params.limit}`;
    case "maximum":
      return `a number of at most ${error.params.limit}`;
    case "minLength":
      return "a non-empty string";
    case "minItems":
      return "a non-empty list";
    case "pattern":
      return formOf(node);
    default:
      return error === undefined ? "something else" : `something that ${error.message}`;
  }
}

/** The name that differs from one in the fewest letters, if those are few; upper and lower case count as the same. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one] as const);
  const [best] = distances.sort(([a], [b]) => a - b);
  return best !== undefined && best[0] <= Math.max(1, Math.floor(name.length / 2)) ? best[1] : undefined;
}

/** Levenshtein's: how many letters have to be put in, taken away or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 0; i < one.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + (one[i] === other[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
