import {
  findMismatches,
  formOf,
  nearestName,
  type Mismatch,
  type SchemaNode,
  type Validator,
} from "@millrace/contract/mismatch";
import type { TLocalizedValidationError } from "typebox/error";
import type { Document, YAMLMap } from "yaml";
import type { UnsetFields } from "./unset-fields.js";
import type { YamlFile } from "./yaml-file.js";

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

/** A `model.yaml` that was parsed. */
export interface ManifestYaml extends YamlFile {
  readonly unset: UnsetFields;
}

// More than a person mends before the next try.
const maximumTold = 20;

/** `model.yaml` is not valid: one line for each fault, at most 20, in the order of the file. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  constructor(yaml: ManifestYaml, faults: readonly ManifestFault[]) {
    super(describeFaults(yaml, faults));
  }
}

/** Each such as `model.yaml:3:13: identifier is not valid: found "abc", expected ten lower-case letters and digits.` */
function describeFaults({ file, document, lines, unset }: ManifestYaml, faults: readonly ManifestFault[]): string {
  const placed = onlyCauses(faults)
    .map((fault) => ({ fault, offset: offsetOf(document, unset, fault) }))
    .sort((one, other) => one.offset - other.offset);
  const told = placed.slice(0, maximumTold).map(({ fault, offset }) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}: ${describeFault(fault, document.getIn(fault.path))}`;
  });
  const left = placed.length - told.length;
  return [...told, ...(left === 0 ? [] : [`${left} more ${left === 1 ? "fault is" : "faults are"} not listed.`])].join(
    "\n",
  );
}

/** One fault per field. A field is not reported as missing if its misspelled name is reported. */
function onlyCauses(faults: readonly ManifestFault[]): readonly ManifestFault[] {
  const fieldOf = (path: readonly string[]) => JSON.stringify(path);
  const mistyped = new Set(
    faults.flatMap(({ path, meant }) => (meant === undefined ? [] : [fieldOf([...path.slice(0, -1), meant])])),
  );
  const byField = new Map<string, ManifestFault>();
  for (const fault of faults) {
    const field = fieldOf(fault.path);
    if (byField.has(field) || (fault.is === "missing" && mistyped.has(field))) continue;
    byField.set(field, fault);
  }
  return [...byField.values()];
}

/** The same without the place in the file. @param value what the field has. */
export function describeFault({ path, is, found, expected, meant }: ManifestFault, value: unknown): string {
  const field = cut(path.join("."), 200)?.replaceAll(/[\p{Cc}\p{Cs}]/gu, "\uFFFD") || "the file";
  const told = found ?? (is === "missing" ? "nothing" : (cut(JSON.stringify(value), 80) ?? "nothing"));
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const verdict = is === "missing" ? "required" : is === "unknown" ? "not known" : "not valid";
  return `${field} is ${verdict}: found ${told}, expected ${expected}.${hint}`;
}

/** The value of a field, its name where that is the fault or it has no value, or what it is missing in. */
function offsetOf(document: Document, unset: UnsetFields, { path, is }: ManifestFault): number {
  const parent = document.getIn(path.slice(0, -1), true) as YAMLMap | undefined;
  const fields = [...(parent?.items ?? []), ...(unset.get(parent) ?? [])] as { key?: Ranged & { value?: unknown } }[];
  const key = fields.find((pair) => pair.key?.value === path.at(-1))?.key;
  const node = is === "missing" ? (key ?? parent) : is === "unknown" ? key : document.getIn(path, true);
  const { range } = (node ?? key ?? parent ?? {}) as Ranged;
  return range?.[0] ?? 0;
}

interface Ranged {
  readonly range?: readonly [number, number, number];
}

function cut(text: string | undefined, length: number): string | undefined {
  return text !== undefined && text.length > length ? `${text.slice(0, length)}…` : text;
}

/**
 * Every way in which a value differs from its schema.
 *
 * @param base where the value is in its file.
 */
export function findSchemaFaults(
  validator: Validator,
  value: unknown,
  base: readonly string[] = [],
): readonly ManifestFault[] {
  return findMismatches(validator, value).map((mismatch) => toFault(mismatch, base));
}

function toFault(mismatch: Mismatch, base: readonly string[]): ManifestFault {
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
