/** What an uploaded data item is in its input's row: its pieces, in order. */
export interface UploadedItem {
  readonly sizeBytes: number;
  readonly blobKeys: readonly string[];
}
