import type { RequestErrorCode } from "@millrace/contract";
import type { PreparedSubmission } from "./prepare-submission.js";

/** A body for the thread, which owns its memory from then on. */
export interface SubmissionRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isKeyed: boolean;
}

/** What the thread says about a body: refused, or prepared and then its rows. */
export type SubmissionResponse =
  | { readonly type: "refused"; readonly code: RequestErrorCode; readonly message: string }
  | { readonly type: "failed"; readonly message: string }
  | {
      readonly type: "prepared";
      readonly prepared: PreparedSubmission;
      readonly total: number;
      /** A list of the names of all inputs, as JSON. */
      readonly namesJson: string;
    }
  | { readonly type: "rows"; readonly rows: Uint8Array<ArrayBuffer> }
  | { readonly type: "end" };
