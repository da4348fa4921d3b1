import Type, { type TRecord, type TSchema } from "typebox";

/**
 * Bounds of what callers send, in characters. Every string, list and record of a request has one: of its own, from here, or
 * {@link boundedByBody}. Strings of paths, queries and headers that have none get the server's.
 */
export const bounds = {
  /** Names of inputs and data items; in UTF-8, which the server counts, as many bytes. */
  name: 1_024,
  /** Identifiers, versions, prefixes of API keys. */
  identifier: 200,
  /** Moments such as 2027-01-31T00:00:00.000+00:00. */
  moment: 64,
  /** Booleans and numbers that clients send as text. */
  word: 32,
  /** Notes and descriptions. */
  text: 20_000,
} as const;

/** Most inputs of one job. */
export const maximumInputsPerJob = 1_000_000;

/** Most data items of one input. */
export const maximumItemsPerInput = 10_000;

/** Marks what may be as large as the request's body, such as texts and files in a submission: the body has a limit in bytes. */
export const boundedByBody = { "x-bounded-by": "body" } as const;

/** Of a type that rejects fields which it does not know. */
export const closed = { additionalProperties: false } as const;

/** What typebox takes for any name, `^.*$`, ends at line ends: what is named with one would not be checked. */
const anyName = "^[\\s\\S]*$";

/** Values by names that callers choose; for the types, a record of strings like any other. */
export function recordByName<Value extends TSchema>(
  value: Value,
  options: { readonly maxProperties: number; readonly description?: string },
): TRecord<"^.*$", Value> {
  const names = { type: "string", maxLength: bounds.name };
  return Type.Record(Type.String({ pattern: anyName }), value, { ...options, propertyNames: names }) as never;
}
