/** An uploaded data item in its input's row: its pieces, in order. */
export interface UploadedItem {
  readonly sizeBytes: number;
  readonly blobKeys: readonly string[];
}

/** Inputs that are in the blob store already; never in a body. */
export interface UploadInput {
  readonly type: "upload";
  readonly sources: Readonly<Record<string, Readonly<Record<string, UploadedItem>>>>;
}
