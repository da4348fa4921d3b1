import { formatWireDate, isTerminal } from "@millrace/contract";
import { isJsonMediaType } from "@millrace/runners";
import type { Caller } from "../accounts/caller.js";
import type { Page } from "../database/paging.js";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { findJobRow } from "../jobs/find-job.js";
import { elapsedMs, queueMs, type JobRow } from "../jobs/job-row.js";
import { onOneLine } from "../json/one-line.js";
import { finishedInputStatuses, inputTransitions, type StoredInputStatus } from "../states/input-states.js";
import { findPosition } from "./find-position.js";
import { hasExplanation } from "./has-explanation.js";
import { readVotes, type Votes } from "./votes.js";

/** Builds the reference to an output that is not inlined in a results body. */
export type OutputAddress = (jobIdentifier: string, inputName: string, outputName: string) => string;

// Rows held in memory at once, whatever the size of the job.
const rowsPerSlice = 500;

/** Selects inputs of a job for a results body; all by default. */
export interface ResultSelection {
  /** A page of inputs, in submission order. */
  readonly page?: Page | undefined;
  readonly inputName?: string | undefined;
}

/** A results body being streamed. */
export interface ResultStream {
  /** Inputs of the job, finished or not. */
  readonly totalCount: number;
  readonly body: AsyncGenerator<string>;
}

/**
 * Streams the results body of a job as JSON text. While the job is running, it contains the inputs finished so far.
 *
 * @throws MillraceError `not_found` for an unknown job or input, before the first chunk.
 */
export async function streamResults(
  database: Database,
  caller: Caller,
  jobIdentifier: string,
  address: OutputAddress,
  selection: ResultSelection = {},
): Promise<ResultStream> {
  const job = await findJobWithResults(database, caller, jobIdentifier);
  const range = await rangeOf(database, job, selection);
  return { totalCount: job.total, body: writeResults(database, job, range, address) };
}

/** Streams the same as JSON lines: one per finished input, with its name as `input`. */
export async function streamResultLines(
  database: Database,
  caller: Caller,
  jobIdentifier: string,
  address: OutputAddress,
  selection: ResultSelection = {},
): Promise<ResultStream> {
  const job = await findJobWithResults(database, caller, jobIdentifier);
  const range = await rangeOf(database, job, selection);
  return { totalCount: job.total, body: writeLines(database, job, range, address) };
}

/** Reads the entry of one input; null until it finishes. @throws MillraceError `not_found`. */
export async function readEntry(
  database: Database,
  caller: Caller,
  jobIdentifier: string,
  inputName: string,
): Promise<Record<string, unknown> | null> {
  const job = await findJobWithResults(database, caller, jobIdentifier);
  const range = await rangeOf(database, job, { inputName });
  for await (const { json, row } of readEntries(database, job, range, finishedInputStatuses, () => "")) {
    return { "results.json": null, ...(JSON.parse(json) as Record<string, unknown>), inputSize: row.size_bytes };
  }
  return null;
}

async function findJobWithResults(database: Database, caller: Caller, jobIdentifier: string): Promise<JobRow> {
  const job = await findJobRow(database, caller, jobIdentifier);
  if (job.results_deleted_at === null) return job;
  throw new MillraceError(
    "not_found",
    `The results of job ${jobIdentifier} were deleted on ${formatWireDate(job.results_deleted_at)}, because this server keeps results for a limited time: submit the job again.`,
  );
}

async function* writeResults(
  database: Database,
  job: JobRow,
  range: PositionRange,
  address: OutputAddress,
): AsyncGenerator<string> {
  const startedAt = new Date();
  const explained = await hasExplanation(database, job, range);
  yield `${JSON.stringify(summaryOf(job, explained, startedAt)).slice(0, -1)},"results":{`;
  yield* writeMembers(database, job, range, inputTransitions.succeed.to, address);
  yield `},"failures":{`;
  yield* writeMembers(database, job, range, inputTransitions.fail.to, address);
  yield `},"startingResultSummarizing":${JSON.stringify(formatWireDate(startedAt))},"resultSummarizing":${Date.now() - startedAt.getTime()}}`;
}

async function* writeMembers(
  database: Database,
  job: JobRow,
  range: PositionRange,
  status: StoredInputStatus,
  address: OutputAddress,
): AsyncGenerator<string> {
  let separator = "";
  for await (const { row, json } of readEntries(database, job, range, [status], address)) {
    yield `${separator}${JSON.stringify(row.name)}:${json}`;
    separator = ",";
  }
}

async function* writeLines(
  database: Database,
  job: JobRow,
  range: PositionRange,
  address: OutputAddress,
): AsyncGenerator<string> {
  // An output must not use the name of this field either.
  for await (const { row, json } of readEntries(database, job, range, finishedInputStatuses, address, ["input"])) {
    yield `${onOneLine(`{"input":${JSON.stringify(row.name)},${json.slice(1)}`)}\n`;
  }
}

/** First and last position, both inclusive. */
interface PositionRange {
  readonly first: number;
  readonly last: number;
}

async function rangeOf(database: Database, job: JobRow, { page, inputName }: ResultSelection): Promise<PositionRange> {
  if (inputName !== undefined) {
    const position = await findPosition(database, job, inputName);
    return { first: position, last: position };
  }
  if (page === undefined) return { first: 0, last: job.total };
  return { first: (page.number - 1) * page.size, last: page.number * page.size - 1 };
}

function summaryOf(job: JobRow, explained: boolean, now: Date) {
  const finished = job.completed + job.failed;
  return {
    jobIdentifier: job.identifier,
    accountIdentifier: job.account_identifier,
    team: { identifier: job.team_identifier },
    total: job.total,
    completed: job.completed,
    failed: job.failed,
    finished: isTerminal(job.status),
    submittedByKey: job.access_key,
    explained,
    submittedAt: job.submitted_at === null ? null : formatWireDate(job.submitted_at),
    initialQueueTime: queueMs(job),
    totalQueueTime: job.total_queue_ms,
    averageModelLatency: finished === 0 ? 0 : job.total_latency_ms / finished,
    totalModelLatency: job.total_latency_ms,
    elapsedTime: elapsedMs(job, now),
    inputSize: job.input_bytes,
  };
}

interface EntryRow {
  readonly position: number;
  readonly name: string;
  readonly status: string;
  readonly engine: string | null;
  readonly error: string | null;
  readonly error_code: string | null;
  readonly size_bytes: number;
  readonly fetch_ms: number;
  readonly latency_ms: number;
  readonly queue_ms: number;
  readonly started_at: Date;
  readonly ended_at: Date;
}

interface OutputRow {
  readonly position: number;
  readonly name: string;
  readonly media_type: string;
  readonly content: Buffer | null;
}

/** Streams every finished input of a range as JSON, by position; primary keys of inputs, outputs and votes. */
async function* readEntries(
  database: Database,
  job: JobRow,
  range: PositionRange,
  statuses: readonly StoredInputStatus[],
  address: OutputAddress,
  takenNames: readonly string[] = [],
): AsyncGenerator<{ row: EntryRow; json: string }> {
  let from = range.first;
  for (;;) {
    const { rows } = await database.query<EntryRow>(
      prepared(
        `SELECT position, name, status, engine, error, error_code, size_bytes, fetch_ms, latency_ms, queue_ms, started_at, ended_at FROM millrace.inputs
       WHERE job_id = $1 AND position BETWEEN $2 AND $3 AND status = ANY ($4) ORDER BY position LIMIT ${rowsPerSlice}`,
        [job.id, from, range.last, statuses],
      ),
    );
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const outputs = await readOutputs(database, job.id, first.position, last.position);
    const votes = await readVotes(database, job.id, first.position, last.position);
    for (const row of rows) {
      const own = (outputs.get(row.position) ?? []).filter(({ name }) => !takenNames.includes(name));
      const voting = votes.get(row.position) ?? { up: 0, down: 0 };
      yield { row, json: writeEntry(job, row, own, voting, address) };
    }
    if (rows.length < rowsPerSlice) return;
    from = last.position + 1;
  }
}

async function readOutputs(
  database: Database,
  jobId: number,
  first: number,
  last: number,
): Promise<Map<number, OutputRow[]>> {
  const { rows } = await database.query<OutputRow>(
    prepared(
      `SELECT position, name, media_type, content FROM millrace.outputs
     WHERE job_id = $1 AND position BETWEEN $2 AND $3 ORDER BY position, output_order`,
      [jobId, first, last],
    ),
  );
  const byPosition = new Map<number, OutputRow[]>();
  for (const row of rows) byPosition.set(row.position, [...(byPosition.get(row.position) ?? []), row]);
  return byPosition;
}

function writeEntry(
  job: JobRow,
  row: EntryRow,
  outputs: readonly OutputRow[],
  voting: Votes,
  address: OutputAddress,
): string {
  const fields = {
    status: row.status,
    engine: row.engine ?? "",
    error: row.error,
    startTime: formatWireDate(row.started_at),
    updateTime: formatWireDate(row.ended_at),
    endTime: formatWireDate(row.ended_at),
    elapsedTime: Math.max(0, row.ended_at.getTime() - row.started_at.getTime()),
    inputFetching: row.fetch_ms,
    outputUploading: null,
    modelLatency: row.latency_ms,
    queueTime: row.queue_ms,
    voting,
    // Only without results: an output may be named "code".
    ...(row.status === inputTransitions.fail.to ? { code: row.error_code } : {}),
  };
  // An output named like one of our fields would make the body ambiguous; it has its own URL instead.
  const values = outputs
    .filter((output) => !Object.hasOwn(fields, output.name))
    .map((output) => `,${JSON.stringify(output.name)}:${writeOutput(job, row, output, address)}`);
  return `${JSON.stringify(fields).slice(0, -1)}${values.join("")}}`;
}

function writeOutput(job: JobRow, row: EntryRow, output: OutputRow, address: OutputAddress): string {
  if (output.content !== null && isJsonMediaType(output.media_type)) return output.content.toString("utf8");
  return JSON.stringify(address(job.identifier, row.name, output.name));
}
