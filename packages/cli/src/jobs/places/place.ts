import type { JobInput } from "@millrace/client";

/** A kind of place that `jobs submit` takes, and the input that places of that kind become. */
export interface PlaceKind {
  /** What places of this kind are called: "objects". */
  readonly name: string;
  /** How one is written: "s3://bucket/key". */
  readonly form: string;
  /** Where its credentials come from, for the help. */
  readonly credentials?: string;
  accepts(place: string): boolean;
  /** @throws MillraceError naming the place that cannot be used. */
  toInput(places: readonly string[], dataItem: string): Promise<JobInput> | JobInput;
}

/** A name that no other input has: later ones get " (2)" and so on. */
export function uniqueName(wanted: string, taken: object): string {
  let name = wanted;
  for (let number = 2; Object.hasOwn(taken, name); number += 1) name = `${wanted} (${number})`;
  return name;
}
