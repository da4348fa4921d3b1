/** An input that was found by listing a folder or running a query; or why there is none. */
export type ListedInput =
  | { readonly name: string; readonly dataItems: Readonly<Record<string, unknown>> }
  | { readonly name: string; readonly error: string };

/** Tells the causes that a caller can do something about from faults of our own. */
export class ListingError extends Error {
  override readonly name = "ListingError";
}
