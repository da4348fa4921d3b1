import { decodeText, TextEncodingError, withoutMark } from "@millrace/contract";
import { isJsonMediaType, type Output } from "@millrace/runners";
import { FailureError } from "../errors/failure.js";
import { jsonShape, maximumJsonDepth } from "../json/json-shape.js";
import { BlobStoreError, type BlobStore } from "../storage/blob-store.js";
import { forAMinute } from "../storage/for-a-minute.js";
import type { StoredOutput } from "../outcomes/stored-outcome.js";

/** JSON outputs up to this size are stored in the database and inlined in results; all others go to the blob store. */
export const maximumInlineBytes = 256 * 1024;

/** An output of a model cannot be stored; the message is meant for the caller. */
export class OutputError extends FailureError {
  override readonly name = "OutputError";
}

/** Prefix of a job's outputs in the blob store. */
export function outputPrefix(jobIdentifier: string): string {
  return jobIdentifier;
}

/** Stores the outputs of one input. Resolves when they are durable. */
export async function storeOutputs(
  blobs: BlobStore,
  input: { readonly jobIdentifier: string; readonly position: number },
  outputs: Readonly<Record<string, Output>>,
  signal: AbortSignal,
): Promise<StoredOutput[]> {
  return Promise.all(
    Object.entries(outputs).map(async ([name, output], index) => {
      const isJson = isJsonMediaType(output.mediaType);
      const bytes = isJson ? checkedJson(name, output.bytes) : output.bytes;
      const stored = { name, mediaType: output.mediaType, sizeBytes: bytes.byteLength };
      if (isJson && bytes.byteLength <= maximumInlineBytes) return { ...stored, content: bytes, blobKey: null };
      const blobKey = `${outputPrefix(input.jobIdentifier)}/${input.position}/${index}`;
      try {
        await forAMinute(() => blobs.put(blobKey, bytes, signal), signal);
      } catch (error) {
        if (!(error instanceof BlobStoreError)) throw error;
        throw new OutputError(
          "storage.unavailable",
          `Output ${JSON.stringify(name)} could not be stored. ${error.message}`,
          { cause: error },
        );
      }
      return { ...stored, content: null, blobKey };
    }),
  );
}

/** JSON without a byte order mark: that, and invalid JSON, would corrupt the whole results body it is inlined in. */
function checkedJson(name: string, bytes: Uint8Array): Uint8Array {
  if (jsonShape(bytes).depth > maximumJsonDepth)
    throw new OutputError(
      "model.invalid_output",
      `Output ${JSON.stringify(name)} of the model is nested too deeply: arrays and objects may have at most ${maximumJsonDepth} levels.`,
    );
  try {
    JSON.parse(decodeText(bytes));
  } catch (error) {
    const fault = error instanceof TextEncodingError ? error.message : "is not valid JSON";
    throw new OutputError(
      "model.invalid_output",
      `Output ${JSON.stringify(name)} of the model ${fault}, although its model.yaml declares it as JSON.`,
    );
  }
  return withoutMark(bytes);
}
