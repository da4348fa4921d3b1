import type { TLocalizedValidationError } from "typebox/error";

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

/**
 * The first way in which a value differs from its schema: an unknown field before a missing one, as one is often the other mistyped,
 * and before a value that does not fit.
 */
export function findMismatch(validator: Validator, value: unknown): Mismatch | undefined {
  if (validator.Check(value)) return undefined;
  const errors = validator.Errors(value);
  const error =
    errors.find(({ keyword }) => keyword === "additionalProperties") ??
    errors.find(({ keyword }) => keyword === "required") ??
    errors.find(({ keyword }) => !["anyOf", "oneOf", "boolean"].includes(keyword)) ??
    errors[0];
  const path = parsePointer(error?.instancePath ?? "");
  const schema = validator.Type();
  const node = schemaAt(schema, path);
  if (error?.keyword === "additionalProperties") {
    const unknown = error.params.additionalProperties[0] ?? "";
    return {
      kind: "unknown",
      path: [...path, unknown],
      node: undefined,
      known: Object.keys(node?.properties ?? {}),
      error,
    };
  }
  if (error?.keyword === "required") {
    const missing = [...path, error.params.requiredProperties[0] ?? ""];
    return { kind: "missing", path: missing, node: schemaAt(schema, missing), known: [], error };
  }
  if (error?.schemaPath.endsWith("/propertyNames")) return { kind: "name", path, node, known: [], error };
  // A field whose schema is `false` is not known either.
  return { kind: error?.keyword === "boolean" ? "unknown" : "invalid", path, node, known: [], error };
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
