import type { TLocalizedValidationError } from "typebox/error";
import { Settings } from "typebox/system";

export { nearestName } from "./nearest-name.js";

/** A schema of typebox, compiled. */
export interface Validator {
  Type(): object;
  Check(value: unknown): boolean;
  Errors(value: unknown): TLocalizedValidationError[];
}

/** The part of a JSON schema that error messages use. */
export interface SchemaNode {
  readonly description?: string;
  /** What a value that does not fit should have been, where the description says more or less: "a whole number from 1 to 99". */
  readonly expected?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
}

/** One way in which a value differs from its schema. */
export interface Mismatch {
  /** Whether a field is missing, unknown, has an invalid value, or, in a record, an invalid name. */
  readonly kind: "missing" | "unknown" | "invalid" | "name";
  /** The field, from the top of the value. */
  readonly path: readonly string[];
  /** What the schema says of that field, where it can be found. */
  readonly node: SchemaNode | undefined;
  /** For an unknown field, its known siblings. */
  readonly known: readonly string[];
  readonly error: TLocalizedValidationError | undefined;
}

// typebox keeps eight errors unless told otherwise; more than this many tell nobody more.
const maximumErrors = 200;

/**
 * The first way in which a value differs from its schema: an unknown field before a missing one, as one is often the other mistyped,
 * and before a value that does not fit.
 */
export function findMismatch(validator: Validator, value: unknown): Mismatch | undefined {
  if (validator.Check(value)) return undefined;
  const error = chooseError(validator.Errors(value));
  return toMismatches(validator.Type(), error)[0];
}

/** Every way in which a value differs from its schema, at most 200: one for each field. */
export function findMismatches(validator: Validator, value: unknown): readonly Mismatch[] {
  if (validator.Check(value)) return [];
  const errors = allErrors(validator, value);
  const unions = errors.filter(({ keyword }) => isUnion(keyword));
  // The alternatives of a union fail for different reasons: report only one.
  const isIn = (union: TLocalizedValidationError, error: TLocalizedValidationError) =>
    error !== union &&
    error.schemaPath.startsWith(`${union.schemaPath}/${union.keyword}/`) &&
    (error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`));
  const told = errors.flatMap((error) => {
    if (unions.some((union) => isIn(union, error))) return [];
    // Comes beside the error that names the unknown field.
    if (error.keyword === "boolean" && error.schemaPath.endsWith("/additionalProperties")) return [];
    if (!isUnion(error.keyword)) return [error];
    return [chooseError([...errors.filter((one) => isIn(error, one)), error]) ?? error];
  });
  const mismatches = new Map<string, Mismatch>();
  for (const mismatch of told.flatMap((error) => toMismatches(validator.Type(), error))) {
    const field = JSON.stringify(mismatch.path);
    if (!mismatches.has(field)) mismatches.set(field, mismatch);
  }
  return [...mismatches.values()].slice(0, maximumErrors);
}

function isUnion(keyword: string): boolean {
  return keyword === "anyOf" || keyword === "oneOf";
}

function allErrors(validator: Validator, value: unknown): TLocalizedValidationError[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: maximumErrors });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function chooseError(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  return (
    errors.find(({ keyword }) => keyword === "additionalProperties") ??
    errors.find(({ keyword }) => keyword === "required") ??
    errors.find(({ keyword }) => !isUnion(keyword) && keyword !== "boolean") ??
    errors[0]
  );
}

/** One for each field that the error is about. */
function toMismatches(schema: object, error: TLocalizedValidationError | undefined): readonly Mismatch[] {
  const path = parsePointer(error?.instancePath ?? "");
  const node = schemaAt(schema, path);
  if (error?.keyword === "additionalProperties") {
    const known = Object.keys(node?.properties ?? {});
    return error.params.additionalProperties.map((name) => ({
      kind: "unknown",
      path: [...path, name],
      node: undefined,
      known,
      error,
    }));
  }
  if (error?.keyword === "required") {
    return error.params.requiredProperties.map((name) => {
      const missing = [...path, name];
      return { kind: "missing", path: missing, node: schemaAt(schema, missing), known: [], error };
    });
  }
  if (error?.schemaPath.endsWith("/propertyNames")) return [{ kind: "name", path, node, known: [], error }];
  // A field whose schema is `false` is not known either.
  return [{ kind: error?.keyword === "boolean" ? "unknown" : "invalid", path, node, known: [], error }];
}

/** The segments of a JSON pointer (RFC 6901). */
function parsePointer(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function schemaAt(schema: object, path: readonly string[]): SchemaNode | undefined {
  let current: SchemaNode | undefined = schema;
  for (const part of path) current = current === undefined ? undefined : partOf(current, part);
  return current;
}

function partOf(node: SchemaNode, part: string): SchemaNode | undefined {
  const own = node.properties?.[part] ?? Object.values(node.patternProperties ?? {})[0] ?? node.items;
  if (own !== undefined) return own;
  for (const one of [...(node.anyOf ?? []), ...(node.allOf ?? [])]) {
    const found = partOf(one, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a text of a field's form is, in words. A regular expression says nothing to most people: no message shows one. */
export function formOf(node: SchemaNode | undefined): string {
  return wordsOf(node) ?? "text in another format";
}

function wordsOf(node: SchemaNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const words = node.expected ?? asPhrase(node.description);
  return words ?? [...(node.anyOf ?? []), ...(node.allOf ?? [])].map(wordsOf).find((one) => one !== undefined);
}

/** The first sentence of a description, as the end of another: "a data URL (RFC 2397)". */
function asPhrase(description: string | undefined): string | undefined {
  const [first] = description?.split(/[;.](?:\s|$)/) ?? [];
  if (first === undefined || first === "") return undefined;
  return /^[A-Z][a-z]/.test(first) ? `${first[0]?.toLowerCase()}${first.slice(1)}` : first;
}
