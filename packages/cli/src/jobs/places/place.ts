import type { JobInput } from "@millrace/client";
import type { BucketOptions } from "../connection.js";

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
  toInput(places: readonly string[], dataItem: string, buckets: BucketOptions): Promise<JobInput> | JobInput;
}

/**
 * Names that are not given twice: those that were wanted before get " (2)" and so on. Takes as long for the last as for the first,
 * also where all want the same.
 */
export function createUniqueNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    let number = lastNumbers.get(wanted) ?? 1;
    while (taken.has(name)) name = `${wanted} (${(number += 1)})`;
    lastNumbers.set(wanted, number);
    taken.add(name);
    return name;
  };
}
