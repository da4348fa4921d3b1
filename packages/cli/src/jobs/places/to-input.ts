import { MillraceError, type JobInput } from "@millrace/client";
import type { BucketOptions } from "../connection.js";
import { placeKinds } from "./registry.js";

/**
 * Turns the arguments of `jobs submit` into an input. They are of one kind, as a job has one.
 *
 * @param dataItem what the model calls its data item.
 * @throws MillraceError naming the argument that cannot be used.
 */
export async function toInput(places: readonly string[], dataItem: string, buckets: BucketOptions): Promise<JobInput> {
  const [kind, ...others] = new Set(places.map((place) => placeKinds.find((kind) => kind.accepts(place))));
  if (others.length > 0 || kind === undefined) {
    const kinds = placeKinds.map(({ name, form }) => (name === form ? `only ${name}` : `only ${name} (${form})`));
    throw new MillraceError(`All inputs of a job must be of one kind: pass ${listOf(kinds)}.`);
  }
  return kind.toInput(places, dataItem, buckets);
}

/** How places are written, for the help: their forms, and where credentials come from. */
export function describePlaces(): string {
  const credentials = new Set(placeKinds.flatMap((kind) => kind.credentials ?? []));
  return [listOf(placeKinds.map(({ form }) => form)), ...credentials].join("; ");
}

function listOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
