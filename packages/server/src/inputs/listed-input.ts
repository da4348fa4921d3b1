import { FailureError, type Failure } from "../errors/failure.js";

/** An input found by listing a folder or running a query, or the reason for a failed one. */
export type ListedInput =
  | { readonly name: string; readonly dataItems: Readonly<Record<string, unknown>> }
  | { readonly name: string; readonly failure: Failure };

/** The inputs of a job cannot be listed, for a reason that the caller can fix. */
export class ListingError extends FailureError {
  override readonly name = "ListingError";
}
