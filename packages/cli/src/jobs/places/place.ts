import type { SubmittedInput } from "@millrace/client";
import type { AwsSession } from "../../aws/session.js";

/** What inputs are made from, besides their places. */
export interface PlaceContext {
  /** What the model calls its data item. */
  readonly dataItem: string;
  /** Access to S3; opened for the first kind of place that wants it. */
  readonly aws: () => Promise<AwsSession>;
}

/** Files that are sent piece by piece, as they may be larger than one request. */
export interface Upload {
  readonly files: readonly { readonly name: string; readonly path: string; readonly sizeBytes: number }[];
}

/** What a job is made of: an input that is sent with it, or files that are sent after it. */
export type Submitted = { readonly input: SubmittedInput } | { readonly upload: Upload };

/** A kind of place that `jobs submit` takes, and the input that places of that kind become. */
export interface PlaceKind {
  /** What places of this kind are called: "objects". */
  readonly name: string;
  /** How one is written: "s3://bucket/key". */
  readonly form: string;
  accepts(place: string): boolean;
  /** @throws MillraceError naming the place that cannot be used. */
  toInput(places: readonly string[], context: PlaceContext): Promise<Submitted>;
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
