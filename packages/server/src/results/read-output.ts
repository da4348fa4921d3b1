import type { Readable } from "node:stream";
import type { Caller } from "../accounts/caller.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { findJobRow } from "../jobs/find-job.js";
import type { BlobStore } from "../storage/blob-store.js";

export interface OutputContent {
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly body: Readable | Buffer;
}

/**
 * Reads the bytes of one output.
 *
 * @throws MillraceError `not_found` naming which of job, input and output does not exist.
 */
export async function readOutput(
  { database, blobs }: { database: Database; blobs: BlobStore },
  caller: Caller,
  place: { readonly job: string; readonly input: string; readonly output: string },
): Promise<OutputContent> {
  const job = await findJobRow(database, caller, place.job);
  const { rows } = await database.query<{
    name: string;
    media_type: string;
    size_bytes: number;
    content: Buffer | null;
    blob_key: string | null;
  }>(
    `SELECT o.name, o.media_type, o.size_bytes, o.content, o.blob_key
     FROM millrace.inputs i JOIN millrace.outputs o USING (job_id, position)
     WHERE (i.job_id + 0) = $1 AND i.name = $2 ORDER BY o.output_order`,
    [job.id, place.input],
  );
  const found = rows.find((row) => row.name === place.output);
  if (found === undefined) {
    const known =
      rows.length === 0
        ? "that input has none (yet)"
        : `that input has ${rows.map((row) => JSON.stringify(row.name)).join(", ")}`;
    throw new MillraceError(
      "not_found",
      `Job ${place.job} has no output ${JSON.stringify(place.output)} for input ${JSON.stringify(place.input)}: ${known}.`,
    );
  }
  const shared = { mediaType: found.media_type, sizeBytes: found.size_bytes };
  if (found.content !== null) return { ...shared, body: found.content };
  const blob = await blobs.read(found.blob_key ?? "");
  return { ...shared, sizeBytes: blob.sizeBytes, body: blob.stream };
}
