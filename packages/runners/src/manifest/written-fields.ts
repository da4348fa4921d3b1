/** What a `model.yaml` has, before or whether or not it is valid. */
export type Written = Readonly<Record<string, unknown>>;

/** The fields of an object; none of what is no object. */
export function fieldsOf(value: unknown): Written {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Written) : {};
}

/** The value at a place, if there is one. */
export function fieldAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => fieldsOf(inner)[key], value);
}
