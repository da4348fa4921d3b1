import type { VersionReference } from "./version-reference.js";
import { closed } from "@millrace/contract";
import Type from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";

/** Minimum and maximum number of engines of a version. */
export interface Capacity {
  readonly minimum: number;
  readonly maximum: number;
}

const CapacityFields = Type.Object({
  minimumParallelCapacity: Type.Integer({ minimum: 0 }),
  maximumParallelCapacity: Type.Integer({ minimum: 1 }),
});

/** Both formats in which clients send a capacity. */
export const CapacityChange = Type.Object({
  ...Type.Partial(CapacityFields).properties,
  processing: Type.Optional(Type.Union([Type.Object(CapacityFields.properties, closed), Type.Null()])),
});
const capacityFields = Compile(CapacityFields);

/**
 * Parses a capacity from the request bodies that clients send: `{processing: {...}}` or the fields themselves (contract trap
 * T37). Undefined when the body has neither.
 *
 * @throws MillraceError `invalid_request` naming the field.
 */
export function parseCapacity(body: Readonly<Record<string, unknown>>): Capacity | undefined {
  const isNested = "processing" in body && body["processing"] !== null;
  const fields = isNested ? body["processing"] : body;
  if (!isNested && !("minimumParallelCapacity" in body) && !("maximumParallelCapacity" in body)) return undefined;
  if (!capacityFields.Check(fields)) {
    const message = describeMismatch("The body", fields, capacityFields, isNested ? ["processing"] : []);
    throw new MillraceError("invalid_request", message);
  }
  const { minimumParallelCapacity: minimum, maximumParallelCapacity: maximum } = fields;
  if (minimum > maximum) {
    throw new MillraceError(
      "invalid_request",
      `minimumParallelCapacity (${minimum}) is larger than maximumParallelCapacity (${maximum}).`,
    );
  }
  return { minimum, maximum };
}

/**
 * Sets a version's capacity; workers apply it within seconds.
 *
 * @throws MillraceError `conflict` when the current workers cannot hold that many engines.
 */
export async function setCapacity(
  database: Database,
  reference: VersionReference,
  { minimum, maximum }: Capacity,
): Promise<void> {
  const { rows } = await database.query<{ slots: number }>(
    "SELECT coalesce(sum(cpu_count), 0)::bigint AS slots FROM millrace.workers",
  );
  const slots = rows[0]?.slots ?? 0;
  if (maximum > slots) {
    throw new MillraceError(
      "conflict",
      `maximumParallelCapacity is ${maximum}, but the running workers have room for ${slots} engines (one per processor): lower it, or start more workers.`,
    );
  }
  await database.query(
    "UPDATE millrace.model_versions SET minimum_engines = $3, maximum_engines = $4, updated_at = now() WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version, minimum, maximum],
  );
}

/** The total number of engines that all versions keep loaded at all times. */
export async function readMinimumSum(database: Database): Promise<number> {
  const { rows } = await database.query<{ sum: number }>(
    "SELECT coalesce(sum(minimum_engines), 0)::bigint AS sum FROM millrace.model_versions WHERE status = 'active'",
  );
  return rows[0]?.sum ?? 0;
}
