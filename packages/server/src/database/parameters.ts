/** Collects the values of a statement; `add` gives the placeholder of one. */
export interface Parameters {
  readonly values: unknown[];
  add(value: unknown): string;
}

/** @param first values whose placeholders, from $1 on, are already in the statement. */
export function createParameters(...first: unknown[]): Parameters {
  const values = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
}

/** The LIKE pattern of texts that have this one in them. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
