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

/**
 * What a filter of a query string asks for: all of its groups, which ";" separates, and in a group any of the values, which ","
 * separates. Published clients join several values so.
 */
export function parseFilter(filter: string | undefined): string[][] {
  const parts = (text: string, separator: string) => text.split(separator).flatMap((part) => part.trim() || []);
  return parts(filter ?? "", ";")
    .map((group) => parts(group, ","))
    .filter((group) => group.length > 0);
}

/**
 * The conditions of a filter over texts that contain its values, in any case.
 *
 * @param sql makes a condition from what stands behind `ILIKE`.
 */
export function containing(
  filter: string | undefined,
  parameters: Parameters,
  sql: (pattern: string) => string,
): string[] {
  const pattern = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return parseFilter(filter).map((group) => sql(`ANY (${parameters.add(group.map(pattern))}::text[])`));
}
