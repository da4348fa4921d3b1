/** What a compiled schema of typebox offers. */
export interface Schema {
  Check(value: unknown): boolean;
  Errors(value: unknown): SchemaError[];
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** @throws Error naming the field of model.yaml that is not valid, what was found, and what was expected. */
export function checkSettings(place: string, schema: Schema, value: unknown): void {
  if (schema.Check(value)) return;
  const error = schema.Errors(value).find(({ keyword }) => keyword !== "anyOf");
  throw new Error(error === undefined ? `${place} of its model.yaml is not valid.` : describe(place, value, error));
}

/**
 * By the kind that a part of model.yaml says it is, so that an error names the field of that kind.
 *
 * @throws Error naming the field that is not valid.
 */
export function checkByKind(
  place: string,
  discriminator: string,
  schemas: Readonly<Record<string, Schema>>,
  value: unknown,
): void {
  const kind = (value as Readonly<Record<string, unknown>> | null | undefined)?.[discriminator];
  const schema = typeof kind === "string" && Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (schema === undefined)
    throw new Error(`${place}.${discriminator} of its model.yaml ${refusal(kind, Object.keys(schemas))}`);
  checkSettings(place, schema, value);
}

function describe(place: string, value: unknown, { keyword, instancePath, message, params }: SchemaError): string {
  const path = instancePath.split("/").slice(1);
  const field = [place, ...path].join(".");
  const found = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
  const { requiredProperties, allowedValues } = params as { requiredProperties?: string[]; allowedValues?: unknown[] };
  if (keyword === "required" && requiredProperties !== undefined)
    return `${field}.${requiredProperties[0]} of its model.yaml is missing.`;
  if (keyword === "enum" && allowedValues !== undefined)
    return `${field} of its model.yaml ${refusal(found, allowedValues)}`;
  return `${field} of its model.yaml ${message}; found ${JSON.stringify(found) ?? "nothing"}.`;
}

function refusal(found: unknown, expected: readonly unknown[]): string {
  return `is ${found === undefined ? "missing" : JSON.stringify(found)}; expected one of ${expected.join(", ")}.`;
}
