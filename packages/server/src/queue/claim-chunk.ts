import type { ExplanationOptions } from "@millrace/contract";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { finishedPositions } from "../outcomes/finished-positions.js";
import { jobTransitions, runnableStatuses } from "../states/job-states.js";
import { sqlStatus, sqlStatuses } from "../states/status-sql.js";
import type { ChunkTask } from "./chunk-task.js";

/** An input that has not run yet. */
export interface WaitingInput {
  readonly position: number;
  readonly name: string;
  /** JSON: data item name -> location, in the format of the job's input type; null when it is large, see `readDataItems`. */
  readonly dataItems: string | null;
  readonly dataItemsBytes: number;
}

/** A chunk that this worker holds, with everything needed to run it. */
export interface ClaimedChunk {
  readonly jobIdentifier: string;
  readonly submittedAt: Date;
  readonly accountIdentifier: string;
  readonly modelIdentifier: string;
  readonly modelVersion: string;
  readonly inputType: string;
  readonly explain: boolean;
  readonly explanation: ExplanationOptions;
  readonly sealedAccess: Buffer | null;
  readonly inputs: readonly WaitingInput[];
  /** How many times outcomes of the chunk were recorded. */
  readonly parts: number;
  /** How many workers died while holding this chunk. */
  readonly deaths: number;
  /** How many workers died at the first of `inputs` since inputs run one by one. */
  readonly deathsAtFirst: number;
}

// A chunk's inputs are held in memory until they run; larger ones are read one by one, as the byte budget allows.
const smallBytes = 64 * 2 ** 10;

/** Reads the data items of one input, whatever their size. */
export async function readDataItems(database: Database, jobId: number, position: number): Promise<string> {
  const { rows } = await database.query<{ dataItems: string }>(
    'SELECT data_items AS "dataItems" FROM millrace.inputs WHERE job_id = $1 AND position = $2',
    [jobId, position],
  );
  return rows[0]?.dataItems ?? "{}";
}

/**
 * Makes `holder` the only worker whose results for this chunk are accepted, starts the job if it was waiting, and reads the
 * unfinished inputs. Undefined when the job has ended or is paused.
 */
export async function claimChunk(
  database: Database,
  task: ChunkTask,
  holder: string,
): Promise<ClaimedChunk | undefined> {
  const { rows } = await database.query<{
    first_position: number;
    last_position: number;
    identifier: string;
    submitted_at: Date;
    account_identifier: string;
    model_identifier: string;
    model_version: string;
    input_type: string;
    explain: boolean;
    explanation_options: ExplanationOptions | null;
    sealed: Buffer | null;
    deaths: number;
    suspect_position: number | null;
    suspect_deaths: number;
  }>(
    prepared(
      `WITH job AS (
       UPDATE millrace.jobs SET status = ${sqlStatus(jobTransitions.start.to)}, started_at = coalesce(started_at, now()), updated_at = now()
       WHERE id = $1 AND status IN ${sqlStatuses(jobTransitions.start.from)} AND paused_at IS NULL
     )
     UPDATE millrace.chunks c SET holder = $3 FROM millrace.jobs j LEFT JOIN millrace.job_credentials a ON a.job_id = j.id
     WHERE c.job_id = $1 AND c.chunk_index = $2 AND j.id = c.job_id AND j.status IN ${sqlStatuses(runnableStatuses)} AND j.paused_at IS NULL
     RETURNING c.first_position, c.last_position, j.identifier, j.submitted_at, j.account_identifier, j.model_identifier, j.model_version, j.input_type, j.explain, j.explanation_options, a.sealed,
       c.deaths, c.suspect_position, c.suspect_deaths`,
      [task.jobId, task.chunkIndex, holder],
    ),
  );
  const chunk = rows[0];
  if (chunk === undefined) return undefined;
  const { rows: waiting } = await database.query<WaitingInput & { parts: number }>(
    prepared(
      `SELECT i.position, i.name, recorded.parts, octet_length(data_items) AS "dataItemsBytes",
       CASE WHEN octet_length(data_items) <= ${smallBytes} THEN data_items END AS "dataItems"
     FROM (VALUES ($1::bigint, $2::int, $3::int)) AS c (job_id, first_position, last_position)
     CROSS JOIN LATERAL (SELECT ARRAY(${finishedPositions}) AS positions) AS finished
     CROSS JOIN LATERAL (SELECT coalesce(max(b.part) + 1, 0) AS parts FROM millrace.outcome_batches b
       WHERE b.job_id = c.job_id AND b.first_position = c.first_position) AS recorded
     JOIN millrace.inputs i ON i.job_id = c.job_id AND i.position BETWEEN c.first_position AND c.last_position
     WHERE i.position <> ALL (finished.positions) ORDER BY i.position`,
      [task.jobId, chunk.first_position, chunk.last_position],
    ),
  );
  return {
    jobIdentifier: chunk.identifier,
    submittedAt: chunk.submitted_at,
    accountIdentifier: chunk.account_identifier,
    modelIdentifier: chunk.model_identifier,
    modelVersion: chunk.model_version,
    inputType: chunk.input_type,
    explain: chunk.explain,
    explanation: chunk.explanation_options ?? {},
    sealedAccess: chunk.sealed,
    inputs: waiting.map(({ parts: _parts, ...input }) => input),
    parts: waiting[0]?.parts ?? 0,
    deaths: chunk.deaths,
    deathsAtFirst: waiting[0]?.position === chunk.suspect_position ? chunk.suspect_deaths : 0,
  };
}
