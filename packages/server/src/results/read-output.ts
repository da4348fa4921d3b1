import type { Readable } from "node:stream";
import type { Caller } from "../accounts/caller.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { findJobRow } from "../jobs/find-job.js";
import { readOutcomeLine, type OutcomeLine } from "../outcomes/outcome-line.js";
import { readOutcomes } from "../outcomes/read-outcomes.js";
import type { BlobStore } from "../storage/blob-store.js";
import { findPosition } from "./find-position.js";

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
  const position = await findPosition(database, job, place.input);
  const outcome = await readOutcome(database, job.id, position);
  const names = outcome?.outputs.map(({ nameJson }) => JSON.parse(nameJson) as string) ?? [];
  const output = outcome?.outputs[names.indexOf(place.output)];
  if (output === undefined) {
    const known =
      names.length === 0
        ? "that input has none (yet)"
        : `that input has ${names.map((name) => JSON.stringify(name)).join(", ")}`;
    throw new MillraceError(
      "not_found",
      `Job ${place.job} has no output ${JSON.stringify(place.output)} for input ${JSON.stringify(place.input)}: ${known}.`,
    );
  }
  if (output.contentJson !== "") {
    const body = Buffer.from(output.contentJson);
    return { mediaType: JSON.parse(output.mediaTypeJson) as string, sizeBytes: body.byteLength, body };
  }
  const { rows } = await database.query<{
    media_type: string;
    size_bytes: number;
    content: Buffer | null;
    blob_key: string | null;
  }>(
    "SELECT media_type, size_bytes, content, blob_key FROM millrace.outputs WHERE job_id = $1 AND position = $2 AND name = $3",
    [job.id, position, place.output],
  );
  const found = rows[0];
  if (found === undefined) throw new Error(`Output ${place.output} of job ${place.job} is not stored.`);
  const shared = { mediaType: found.media_type, sizeBytes: found.size_bytes };
  if (found.content !== null) return { ...shared, body: found.content };
  const blob = await blobs.read(found.blob_key ?? "");
  return { ...shared, sizeBytes: blob.sizeBytes, body: blob.stream };
}

/** Undefined while the input has no outcome. */
async function readOutcome(database: Database, jobId: number, position: number): Promise<OutcomeLine | undefined> {
  for await (const slice of readOutcomes(database, jobId, { first: position, last: position }, "all"))
    return readOutcomeLine(slice.text);
  return undefined;
}
