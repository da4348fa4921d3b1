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
import {
  entriesOfText,
  entryFields,
  readOutcomeLine,
  withVotes,
  type EntryForm,
  type LineOutput,
  type OutcomeLine,
} from "../outcomes/outcome-line.js";
import { linesOfSlice, readOutcomes, type OutcomeSlice, type PositionRange } from "../outcomes/read-outcomes.js";
import { findPosition } from "./find-position.js";
import { hasExplanation } from "./has-explanation.js";
import { hasAnyVotes, readVotes, type Votes } from "./votes.js";

/** Builds the reference to an output that is not inlined in a results body. */
export type OutputAddress = (jobIdentifier: string, inputName: string, outputName: string) => string;

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
  for await (const slice of readOutcomes(database, job.id, range, "all")) {
    for await (const [entry] of readEntries(database, job, slice, { address: () => "", hasVotes: true })) {
      if (entry === undefined) continue;
      const fields = JSON.parse(`{${entry.members}}`) as Record<string, unknown>;
      return { "results.json": null, ...fields, inputSize: entry.sizeBytes };
    }
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
  yield* writeMembers(database, job, range, "succeeded", address);
  yield `},"failures":{`;
  yield* writeMembers(database, job, range, "failed", address);
  yield `},"startingResultSummarizing":${JSON.stringify(formatWireDate(startedAt))},"resultSummarizing":${Date.now() - startedAt.getTime()}}`;
}

async function* writeMembers(
  database: Database,
  job: JobRow,
  range: PositionRange,
  which: "succeeded" | "failed",
  address: OutputAddress,
): AsyncGenerator<string> {
  const form = { beforeName: "", afterName: ":{", afterEntry: "}", between: "," };
  let separator = "";
  for await (const entries of writeEntries(database, job, { range, which, address, form, takenNamesJson: [] })) {
    yield separator + entries;
    separator = form.between;
  }
}

async function* writeLines(
  database: Database,
  job: JobRow,
  range: PositionRange,
  address: OutputAddress,
): AsyncGenerator<string> {
  const form = { beforeName: '{"input":', afterName: ",", afterEntry: "}\n", between: "" };
  // An output must not use the name of this field either.
  yield* writeEntries(database, job, { range, which: "all", address, form, takenNamesJson: ['"input"'] });
}

interface EntriesAsked {
  readonly range: PositionRange;
  readonly which: "succeeded" | "failed" | "all";
  readonly address: OutputAddress;
  readonly form: EntryForm;
  readonly takenNamesJson: readonly string[];
}

async function* writeEntries(
  database: Database,
  job: JobRow,
  { range, which, address, form, takenNamesJson }: EntriesAsked,
): AsyncGenerator<string> {
  const hasVotes = await hasAnyVotes(database, job.id, range);
  for await (const slice of readOutcomes(database, job.id, range, which)) {
    const whole = hasVotes ? undefined : entriesOfText(slice.text, form, takenNamesJson);
    if (whole !== undefined) {
      yield whole;
      continue;
    }
    let separator = "";
    for await (const entries of readEntries(database, job, slice, { address, hasVotes, takenNamesJson })) {
      const texts = entries.map(
        ({ nameJson, members }) => `${form.beforeName}${nameJson}${form.afterName}${members}${form.afterEntry}`,
      );
      yield separator + texts.join(form.between);
      separator = form.between;
    }
  }
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

/** The entry of an input in a results body. */
interface Entry {
  readonly nameJson: string;
  readonly sizeBytes: number;
  /** The members of its JSON object, on one line. */
  readonly members: string;
}

interface EntryOptions {
  readonly address: OutputAddress;
  readonly hasVotes: boolean;
  readonly takenNamesJson?: readonly string[];
}

/** Reads the entries of some outcomes one by one, with their votes and with outputs that are elsewhere; primary keys of outputs and votes. */
async function* readEntries(
  database: Database,
  job: JobRow,
  slice: OutcomeSlice,
  { address, hasVotes, takenNamesJson = [] }: EntryOptions,
): AsyncGenerator<Entry[]> {
  const [first, last] = [slice.positions[0] ?? 0, slice.positions.at(-1) ?? 0];
  const votes = hasVotes ? await readVotes(database, job.id, first, last) : new Map<number, Votes>();
  for (const some of splitByOutputs(linesOfSlice(slice))) {
    const outputs = await readOutputs(database, job.id, some);
    yield some.map(({ position, outcome }) => {
      const ofInput = outputs.get(position);
      const voting = votes.get(position);
      const fields = voting === undefined ? outcome.fieldsJson : withVotes(outcome.fieldsJson, voting);
      // An output named like one of our fields would make the body ambiguous; it has its own URL instead.
      const isFree = ({ nameJson }: LineOutput) => !entryFields.has(nameJson) && !takenNamesJson.includes(nameJson);
      const members = outcome.outputs
        .filter(isFree)
        .map(
          (output) =>
            `,${output.nameJson}:${output.contentJson || writeOutput(job, outcome, output, ofInput, address)}`,
        );
      return { ...outcome, members: `${fields.slice(1, -1)}${members.join("")}` };
    });
  }
}

interface ReadLine {
  readonly position: number;
  readonly outcome: OutcomeLine;
}

// Outputs of the table `outputs` held in memory at once.
const outputsAtOnce = 100;

/** Reads lines, as many at a time as may have their outputs in memory. */
function* splitByOutputs(lines: ReturnType<typeof linesOfSlice>): Generator<ReadLine[]> {
  let some: ReadLine[] = [];
  let others = 0;
  for (const { position, line } of lines) {
    const outcome = readOutcomeLine(line);
    some.push({ position, outcome });
    others += outcome.outputs.filter(({ contentJson }) => contentJson === "").length;
    if (others < outputsAtOnce) continue;
    yield some;
    some = [];
    others = 0;
  }
  if (some.length > 0) yield some;
}

type OutputContents = ReadonlyMap<string, Buffer | null>;

/** The outputs of the table `outputs`, by position and name as JSON. */
async function readOutputs(
  database: Database,
  jobId: number,
  lines: readonly ReadLine[],
): Promise<ReadonlyMap<number, OutputContents>> {
  const positions = lines
    .filter(({ outcome }) => outcome.outputs.some(({ contentJson }) => contentJson === ""))
    .map(({ position }) => position);
  const byPosition = new Map<number, Map<string, Buffer | null>>();
  if (positions.length === 0) return byPosition;
  const { rows } = await database.query<{ position: number; name: string; content: Buffer | null }>(
    prepared("SELECT position, name, content FROM millrace.outputs WHERE job_id = $1 AND position = ANY ($2)", [
      jobId,
      positions,
    ]),
  );
  for (const { position, name, content } of rows) {
    const ofInput = byPosition.get(position) ?? new Map<string, Buffer | null>();
    byPosition.set(position, ofInput.set(onOneLine(JSON.stringify(name)), content));
  }
  return byPosition;
}

function writeOutput(
  job: JobRow,
  { nameJson: inputName }: OutcomeLine,
  { nameJson, mediaTypeJson }: LineOutput,
  contents: OutputContents | undefined,
  address: OutputAddress,
): string {
  const content = contents?.get(nameJson) ?? null;
  if (content !== null && isJsonMediaType(JSON.parse(mediaTypeJson) as string))
    return onOneLine(content.toString("utf8"));
  return JSON.stringify(address(job.identifier, JSON.parse(inputName) as string, JSON.parse(nameJson) as string));
}
