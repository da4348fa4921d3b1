import { MillraceError } from "@millrace/client";
import type { PlaceContext, Submitted } from "./place.js";
import { placeKinds } from "./registry.js";

/**
 * Turns the arguments of `jobs submit` into an input. They are of one kind, as a job has one.
 *
 * @throws MillraceError naming the argument that cannot be used.
 */
export async function toInput(places: readonly string[], context: PlaceContext): Promise<Submitted> {
  const [kind, ...others] = new Set(places.map((place) => placeKinds.find((kind) => kind.accepts(place))));
  if (others.length > 0 || kind === undefined) {
    const kinds = placeKinds.map(({ name, form }) => `only ${name} (${form})`);
    throw new MillraceError(`All inputs of a job must be of one kind: pass ${listOf(kinds)}.`);
  }
  return kind.toInput(places, context);
}

/** How places are written, for the help. */
export function describePlaces(): string {
  return listOf(placeKinds.map(({ form }) => form));
}

function listOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
