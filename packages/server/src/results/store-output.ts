import { isJsonMediaType, type Output } from "@millrace/runners";
import { FailureError } from "../errors/failure.js";
import { jsonDepth, maximumJsonDepth } from "../json/json-depth.js";
import { BlobStoreError, type BlobStore } from "../storage/blob-store.js";
import { forAMinute } from "../storage/for-a-minute.js";
import type { StoredOutput } from "./record-outcomes.js";

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
      const stored = { name, mediaType: output.mediaType, sizeBytes: output.bytes.byteLength };
      const isJson = isJsonMediaType(output.mediaType);
      if (isJson) checkJson(name, output.bytes);
      if (isJson && output.bytes.byteLength <= maximumInlineBytes)
        return { ...stored, content: output.bytes, blobKey: null };
      const blobKey = `${outputPrefix(input.jobIdentifier)}/${input.position}/${index}`;
      try {
        await forAMinute(() => blobs.put(blobKey, output.bytes, signal), signal);
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

/** Invalid JSON would corrupt the whole results body it is inlined in. */
function checkJson(name: string, bytes: Uint8Array): void {
  if (jsonDepth(bytes) > maximumJsonDepth)
    throw new OutputError(
      "model.invalid_output",
      `Output ${JSON.stringify(name)} of the model is nested too deeply: arrays and objects may have at most ${maximumJsonDepth} levels.`,
    );
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    throw new OutputError(
      "model.invalid_output",
      `Output ${JSON.stringify(name)} of the model is not valid JSON, although its model.yaml declares it as JSON.`,
    );
  }
}
