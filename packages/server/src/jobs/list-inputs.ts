import { maximumInputsPerJob } from "@millrace/contract";
import type { Pool } from "pg";
import { inTransaction, type Database } from "../database/transaction.js";
import { toFailure } from "../errors/failure.js";
import { LimitError } from "../errors/limit-error.js";
import { type ListedInput, ListingError } from "../inputs/listed-input.js";
import type { ListContext } from "../inputs/sources/input-source.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import { openSpool, type Spool } from "../inputs/spool.js";
import { requireQuota, type QuotaHolder } from "../limits/require-quota.js";
import { newInputStatus } from "../states/input-states.js";
import { jobTransitions } from "../states/job-states.js";
import { sqlStatus, sqlStatuses } from "../states/status-sql.js";
import type { SecretBox } from "../storage/secret-box.js";
import { openAccess } from "./credentials.js";
import { insertChunks } from "./insert-chunks.js";
import type { JobChanges } from "./job-changes.js";

export interface ListParts extends Omit<ListContext, "signal"> {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly secrets: SecretBox;
  /** Where listings are buffered on disk until they are complete. */
  readonly spoolDirectory: string;
}

interface ListedJob {
  readonly id: number;
  readonly identifier: string;
  readonly account_identifier: string;
  readonly priority: number;
  readonly explain: boolean;
  readonly model_identifier: string;
  readonly model_version: string;
  readonly inputType: string;
  readonly sealed: Buffer;
  readonly holder: QuotaHolder;
}

/** The job ended, or another worker finished listing it first. */
class ListingVoidError extends Error {
  override readonly name = "ListingVoidError";
}

/**
 * Lists the inputs of a job, then inserts them and queues their chunks in one transaction: a job has all of its inputs or
 * none, and an interrupted listing starts over. An input that cannot be listed is stored as failed.
 *
 * @param givenUp if set, why listing was abandoned.
 * @throws the signal's reason when aborted.
 */
export async function listInputs(
  { pool, changes, secrets, spoolDirectory, ...clients }: ListParts,
  jobId: number,
  signal: AbortSignal,
  givenUp?: string,
): Promise<void> {
  const job = await findUnlisted(pool, jobId);
  if (job === undefined) return;
  const access = openAccess(secrets, job, job.sealed);
  const overdue = new AbortController();
  const { list } = sourceRegistry.require(job.inputType);
  if (list === undefined) throw new Error(`Inputs of type ${job.inputType} are not listed.`);
  const { failedName } = list;
  const listing =
    givenUp === undefined
      ? list.inputs(access, { ...clients, signal: AbortSignal.any([signal, overdue.signal]) })
      : [[{ name: failedName, failure: { code: "internal" as const, message: givenUp } }]];
  const spool = await openSpool(spoolDirectory);
  const timer = setTimeout(() => overdue.abort(listingOverdue()), listingLimitMs);
  try {
    await fill(spool, listing, failedName);
    signal.throwIfAborted();
    const insert = (pages: AsyncIterable<ListedInput[]> | Iterable<ListedInput[]>) =>
      inTransaction(pool, (transaction) => insertListing(transaction, job, pages));
    try {
      await insert(spool.read());
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      await insert([[{ name: failedName, failure: { code: "limits.quota", message: error.message } }]]);
    }
  } catch (error) {
    // 23505: another worker listed the same job first.
    const isVoid = error instanceof ListingVoidError || (error as { code?: string }).code === "23505";
    if (!isVoid) throw error;
  } finally {
    changes.note(jobId);
    clearTimeout(timer);
    await spool.close();
  }
}

// Bounds a listing, however fast the server is.
const listingLimitMs = 60 * 60_000;

function listingOverdue(): ListingError {
  return new ListingError(
    "input.too_slow",
    `The inputs were not listed within ${listingLimitMs / 60_000} minutes: split them into several jobs, or check the server that has them.`,
  );
}

async function fill(
  spool: Spool,
  listing: AsyncIterable<ListedInput[]> | Iterable<ListedInput[]>,
  failedName: string,
): Promise<void> {
  try {
    for await (const page of listing) {
      if (spool.count + page.length > maximumInputsPerJob)
        throw new ListingError(
          "input.too_many",
          `There are more than ${maximumInputsPerJob} inputs: split them into several jobs.`,
        );
      await spool.add(page);
    }
  } catch (error) {
    if (!(error instanceof ListingError)) throw error;
    await spool.add([{ name: failedName, failure: toFailure(error) }]);
  }
}

async function findUnlisted(database: Database, jobId: number): Promise<ListedJob | undefined> {
  const { rows } = await database.query<ListedJob>(
    `SELECT j.id, j.identifier, j.account_identifier, j.priority, j.explain, j.model_identifier, j.model_version, j.input_type AS "inputType", a.sealed,
       json_build_object('accountIdentifier', j.account_identifier, 'teamIdentifier', j.team_identifier, 'accessKey', j.access_key) AS holder
     FROM millrace.jobs j JOIN millrace.job_credentials a ON a.job_id = j.id
     WHERE j.id = $1 AND j.status IN ${sqlStatuses(jobTransitions.failListing.from)} AND j.total = 0 AND j.paused_at IS NULL`,
    [jobId],
  );
  return rows[0];
}

async function insertListing(
  transaction: Database,
  job: ListedJob,
  listing: AsyncIterable<ListedInput[]> | Iterable<ListedInput[]>,
): Promise<void> {
  let total = 0;
  const failed: number[] = [];
  for await (const page of listing) {
    failed.push(...page.flatMap((input, index) => ("failure" in input ? [total + index] : [])));
    await insertPage(transaction, job.id, total, page);
    total += page.length;
  }
  const isOver = failed.length === total;
  const { rowCount } = await transaction.query(
    `UPDATE millrace.jobs SET total = $2::int, failed = $3::int, event_count = event_count + $3::int, updated_at = now(),
       status = CASE WHEN $4 THEN $5 ELSE status END, started_at = CASE WHEN $4 THEN now() END, ended_at = CASE WHEN $4 THEN now() END
     WHERE id = $1 AND status IN ${sqlStatuses(jobTransitions.failListing.from)} AND total = 0`,
    [job.id, total, failed.length, isOver, jobTransitions.failListing.to],
  );
  if (rowCount === 0) throw new ListingVoidError();
  if (failed.length > 0) {
    await transaction.query(
      "INSERT INTO millrace.job_events (job_id, last_event, positions) SELECT id, event_count, $2 FROM millrace.jobs WHERE id = $1",
      [job.id, failed],
    );
  }
  if (!isOver) await requireQuota(transaction, job.holder);
  if (isOver) await transaction.query("DELETE FROM millrace.job_credentials WHERE job_id = $1", [job.id]);
  else await insertChunks(transaction, job, total);
}

async function insertPage(
  transaction: Database,
  jobId: number,
  firstPosition: number,
  page: readonly ListedInput[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO millrace.inputs (job_id, position, name, data_items, status, error, error_code, started_at, ended_at)
     SELECT $1, $2 + ordinality - 1, name, data_items,
       CASE WHEN error IS NULL THEN ${sqlStatus(newInputStatus.waiting)} ELSE ${sqlStatus(newInputStatus.unlistable)} END, error, error_code,
       CASE WHEN error IS NOT NULL THEN now() END, CASE WHEN error IS NOT NULL THEN now() END
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])
       WITH ORDINALITY AS listed (name, data_items, error, error_code, ordinality)`,
    [
      jobId,
      firstPosition,
      page.map(({ name }) => name),
      page.map((input) => ("failure" in input ? "{}" : JSON.stringify(input.dataItems))),
      page.map((input) => ("failure" in input ? input.failure.message : null)),
      page.map((input) => ("failure" in input ? input.failure.code : null)),
    ],
  );
}
