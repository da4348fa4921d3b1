import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Caller } from "../../src/accounts/caller.js";
import { MillraceError } from "../../src/errors/millrace-error.js";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { cancelJob, endTimedOutJobs } from "../../src/jobs/end-job.js";
import { createJobChanges } from "../../src/jobs/job-changes.js";
import { listInputs } from "../../src/jobs/list-inputs.js";
import { parseSubmission } from "../../src/jobs/parse-submission.js";
import { pauseJob, resumeJob } from "../../src/jobs/pause-job.js";
import { retryJob } from "../../src/jobs/retry-job.js";
import { prepareSubmission } from "../../src/jobs/prepare-submission.js";
import { createSubmit } from "../../src/jobs/submit.js";
import { appendPiece, closeJob } from "../../src/jobs/upload.js";
import { claimChunk } from "../../src/queue/claim-chunk.js";
import { recordOutcomes, type ChunkClaim, type InputOutcome } from "../../src/results/record-outcomes.js";
import type { jobTransitions } from "../../src/states/job-states.js";
import type { BlobStore } from "../../src/storage/blob-store.js";
import type { SecretBox } from "../../src/storage/secret-box.js";
import { createLog } from "../../src/telemetry/log.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { s3Input } from "../support/test-server.js";

type TransitionName = keyof typeof jobTransitions;

/** The transitions that each operation may cause; those without any leave every status as it is, or make a new job. */
export const operations = {
  submit: [],
  submitBucket: [],
  submitFolder: [],
  open: [],
  append: [],
  close: ["close"],
  list: ["failListing"],
  giveUpListing: ["failListing"],
  pause: [],
  resume: [],
  cancel: ["cancel"],
  timeOut: ["timeOut"],
  retry: ["retry"],
  claim: ["start"],
  record: ["finish", "stop"],
} as const satisfies Record<string, readonly TransitionName[]>;

export interface Operation {
  readonly name: keyof typeof operations;
  /** Chooses a job, chunk or claim: as many as there are, over and over. */
  readonly which: number;
  /** How many inputs, or which of them as bits. */
  readonly inputs: number;
  /** Which inputs fail, as bits. */
  readonly failures: number;
}

export interface WorldParts {
  readonly pool: Pool;
  readonly caller: Caller;
  readonly secrets: SecretBox;
  readonly blobs: BlobStore;
  readonly spoolDirectory: string;
  /** An S3 server with objects in a folder of a bucket. */
  readonly folder: { readonly endpoint: string; readonly bucket: string; readonly key: string };
  readonly model: { readonly identifier: string; readonly version: string };
}

/** Jobs and workers' claims of one walk, and what can be done with them. */
export interface World {
  readonly jobIds: readonly number[];
  /** Does one thing as the API, a worker or maintenance does it; one that is refused changes nothing. */
  perform(operation: Operation): Promise<void>;
  close(): Promise<void>;
}

interface HeldChunk extends ChunkClaim {
  part: number;
  readonly positions: readonly number[];
}

const timeoutMs = 3_600_000;

export function createWorld({ pool, caller, secrets, blobs, spoolDirectory, folder, model }: WorldParts): World {
  const submit = createSubmit({ pool, secrets, outbound: loopbackOutbound, hoursDeleteInput: 24 });
  const changes = createJobChanges({ pool, log: createLog("silent") });
  const s3 = createS3Client({ outbound: loopbackOutbound, endpoint: folder.endpoint });
  const jobs: { identifier: string; id: number }[] = [];
  // Kept also when another holder has the chunk: a slow worker may come back at any time.
  const claims: HeldChunk[] = [];

  const create = async (body: object, { inputs, failures }: Operation) => {
    const errorThreshold = failures % 2 === 0 ? {} : { count: inputs % 2 };
    const parsed = parseSubmission({ model, timeout: timeoutMs, errorThreshold, ...body });
    const submission = prepareSubmission(parsed, { isKeyed: false });
    const { jobIdentifier: identifier } = await submit(caller, submission);
    const { rows } = await pool.query<{ id: number }>("SELECT id FROM millrace.jobs WHERE identifier = $1", [
      identifier,
    ]);
    if (rows[0] !== undefined) jobs.push({ identifier, id: rows[0].id });
  };
  const sources = (count: number, item: unknown) =>
    Object.fromEntries(Array.from({ length: 1 + (count % 9) }, (_, index) => [`input-${index}`, { input: item }]));
  const access = () => {
    const { type: _type, sources: _sources, ...fields } = s3Input({});
    return fields;
  };

  const perform = async (operation: Operation): Promise<void> => {
    const { name, which, inputs, failures } = operation;
    switch (name) {
      case "submit":
        return create({ input: { type: "text", sources: sources(inputs, "some text") } }, operation);
      case "submitBucket":
        return create({ input: s3Input(sources(inputs, { bucket: "b", key: "k" })) }, operation);
      case "submitFolder": {
        const { bucket, key } = folder;
        return create({ input: { ...s3Input({ all: { input: { bucket, key } } }), type: "aws-s3-folder" } }, operation);
      }
      case "open":
        return create({}, operation);
      case "record": {
        const held = claims[which % Math.max(1, claims.length)];
        if (held === undefined) return;
        const some = held.positions.filter((_, index) => ((inputs >> index) & 1) === 1);
        const positions = some.length === 0 ? held.positions : some;
        const { isHeld } = await recordOutcomes(
          pool,
          held,
          positions.map((position, index) => outcomeOf(position, ((failures >> index) & 1) === 1)),
        );
        if (isHeld) held.part += 1;
        return;
      }
    }
    const job = jobs[which % Math.max(1, jobs.length)];
    if (job === undefined) return;
    switch (name) {
      case "append": {
        const place = { job: job.identifier, input: `input-${inputs % 9}`, dataItem: "input" };
        return appendPiece({ pool, blobs }, caller, place, Buffer.from("piece"));
      }
      case "close":
        await closeJob({ pool, changes }, caller, job.identifier);
        return;
      case "list":
      case "giveUpListing": {
        const reason = name === "list" ? undefined : "The folder could not be listed.";
        return listInputs(
          { pool, changes, s3, outbound: loopbackOutbound, secrets, spoolDirectory },
          job.id,
          new AbortController().signal,
          reason,
        );
      }
      case "pause":
        await pauseJob({ pool, changes }, caller, job.identifier);
        return;
      case "resume":
        await resumeJob({ pool, changes }, caller, job.identifier);
        return;
      case "cancel":
        await cancelJob({ pool, changes }, caller, job.identifier, { withInputs: false });
        return;
      case "timeOut":
        await pool.query("UPDATE millrace.jobs SET submitted_at = submitted_at - $2 * interval '1 ms' WHERE id = $1", [
          job.id,
          timeoutMs,
        ]);
        return endTimedOutJobs({ pool, changes });
      case "retry":
        await retryJob({ pool, changes, secrets }, caller, job.identifier, access());
        return;
      case "claim": {
        const task = { jobId: job.id, chunkIndex: inputs % 3 };
        const holder = randomUUID();
        const chunk = await claimChunk(pool, task, holder);
        if (chunk !== undefined && chunk.inputs.length > 0)
          claims.push({
            ...task,
            holder,
            submittedAt: chunk.submittedAt,
            part: chunk.parts,
            positions: chunk.inputs.map(({ position }) => position),
          });
      }
    }
  };

  return {
    get jobIds() {
      return jobs.map(({ id }) => id);
    },
    async perform(operation) {
      try {
        await perform(operation);
      } catch (error) {
        // Not every status allows everything: that it is refused, and nothing else happens, is as it should be.
        if (!(error instanceof MillraceError)) throw error;
      }
    },
    close: () => s3.close(),
  };
}

function outcomeOf(position: number, isFailed: boolean): InputOutcome {
  const output = {
    name: "results.json",
    mediaType: "application/json",
    sizeBytes: 2,
    // One that is part of its outcome, and one with a row of its own.
    content: Buffer.from(position % 2 === 0 ? "{}" : "{\n}"),
    blobKey: null,
  };
  return {
    position,
    name: `input-${position}`,
    engine: null,
    failure: isFailed ? { code: "model.refused" as const, message: "It failed." } : null,
    sizeBytes: 1,
    fetchMs: 1,
    latencyMs: 1,
    modelMs: isFailed ? 0 : 1,
    startedAt: new Date(),
    outputs: isFailed ? [] : [output],
    measures: [],
  };
}
