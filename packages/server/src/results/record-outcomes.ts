import type { BinnedMeasure } from "../drift/bins.js";
import type { Database } from "../database/transaction.js";
import { inputTransitions, unfinishedInputStatuses } from "../states/input-states.js";
import { jobTransitions } from "../states/job-states.js";
import { sqlStatus, sqlStatuses } from "../states/status-sql.js";
import type { Failure } from "../errors/failure.js";

/** An output as stored: small ones inline, others by their key in the blob store. */
export interface StoredOutput {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly content: Uint8Array | null;
  readonly blobKey: string | null;
}

/** The outcome of an input. */
export interface InputOutcome {
  readonly position: number;
  readonly engine: string | null;
  /** Null when the input succeeded. */
  readonly failure: Failure | null;
  readonly sizeBytes: number;
  readonly fetchMs: number;
  /** Total of fetch, model and output. */
  readonly latencyMs: number;
  readonly startedAt: Date;
  /** Its share of the engine time, including explanation; 0 when it failed. */
  readonly modelMs: number;
  readonly outputs: readonly StoredOutput[];
  /** Measures counted for drift detection. */
  readonly measures: readonly BinnedMeasure[];
}

/** Identifies the work a worker holds: only the current holder of a chunk can record outcomes. */
export interface ChunkClaim {
  readonly jobId: number;
  readonly chunkIndex: number;
  readonly holder: string;
}

export interface RecordedOutcomes {
  /** False when the chunk has another holder or the job has ended: stop working on it. */
  readonly isHeld: boolean;
  /** True when the job has ended, through these outcomes or otherwise. */
  readonly jobHasEnded: boolean;
}

/**
 * Records the outcomes of some inputs in one statement: their rows, their outputs and the job's counters change atomically,
 * each input once, and only while the chunk is held and the job is running. The last input, or the first failure beyond the
 * job's error threshold, ends the job and deletes its credentials. Finished inputs are appended to `job_events` in completion
 * order: the job's row is locked until the commit, so every reader sees the same order.
 *
 * Rows are accessed by primary key only: jobs, chunks, inputs (job_id, position).
 */
export async function recordOutcomes(
  database: Database,
  claim: ChunkClaim,
  outcomes: readonly InputOutcome[],
): Promise<RecordedOutcomes> {
  const outputs = outcomes.flatMap(({ position, outputs: list }) =>
    list.map((output, order) => ({ position, order, ...output })),
  );
  const measures = outcomes.flatMap(({ position, measures: list }) => list.map((one) => ({ position, ...one })));
  const { rows } = await database.query<{ is_held: boolean; has_ended: boolean }>({
    // Planned once per connection: planning costs as much as execution.
    name: "record_outcomes",
    text: recordOutcomesSql,
    values: [
      claim.jobId,
      claim.chunkIndex,
      claim.holder,
      outcomes.map((outcome) => outcome.position),
      outcomes.map((outcome) => outcome.engine),
      outcomes.map((outcome) => outcome.failure?.message.replaceAll("\0", "\uFFFD") ?? null),
      outcomes.map((outcome) => outcome.sizeBytes),
      outcomes.map((outcome) => Math.round(outcome.fetchMs)),
      outcomes.map((outcome) => outcome.latencyMs),
      outcomes.map((outcome) => outcome.startedAt),
      outputs.map((output) => output.position),
      outputs.map((output) => output.order),
      outputs.map((output) => output.name),
      outputs.map((output) => output.mediaType),
      outputs.map((output) => output.sizeBytes),
      outputs.map((output) =>
        output.content === null
          ? null
          : Buffer.from(output.content.buffer, output.content.byteOffset, output.content.byteLength),
      ),
      outputs.map((output) => output.blobKey),
      measures.map((measure) => measure.position),
      measures.map((measure) => measure.feature.replaceAll("\0", "\uFFFD")),
      measures.map((measure) => measure.bin.replaceAll("\0", "\uFFFD")),
      outcomes.map((outcome) => outcome.failure?.code ?? null),
      outcomes.map((outcome) => outcome.modelMs),
    ],
  });
  const { is_held: isHeld = false, has_ended: hasEnded = false } = rows[0] ?? {};
  return { isHeld, jobHasEnded: isHeld ? hasEnded : await hasJobEnded(database, claim.jobId) };
}

/** A separate statement: the previous one saw the job as of when it started waiting for the row lock. */
async function hasJobEnded(database: Database, jobId: number): Promise<boolean> {
  const { rows } = await database.query<{ has_ended: boolean }>(
    "SELECT ended_at IS NOT NULL AS has_ended FROM millrace.jobs WHERE id = $1",
    [jobId],
  );
  return rows[0]?.has_ended ?? true;
}

const succeeded = sqlStatus(inputTransitions.succeed.to);
const failed = sqlStatus(inputTransitions.fail.to);

// Built once: the statement is prepared under its name, so its text must not change.
const recordOutcomesSql = /* sql */ `
WITH held AS (
  -- Counters as they are once the job's row is ours; other parts of the statement see them as they were when it began.
  SELECT j.id, j.submitted_at, j.completed, j.failed, j.total, j.maximum_failed, j.maximum_failed_percent,
    j.model_identifier, j.model_version, j.account_identifier, j.team_identifier, j.project_identifier
  FROM millrace.jobs j JOIN millrace.chunks c ON c.job_id = j.id
  WHERE j.id = $1 AND j.status IN ${sqlStatuses(jobTransitions.finish.from)} AND c.chunk_index = $2 AND c.holder = $3
  FOR UPDATE
), finished AS (
  UPDATE millrace.inputs i
  SET status = CASE WHEN o.error IS NULL THEN ${succeeded} ELSE ${failed} END, engine = o.engine, error = o.error, error_code = o.error_code,
    size_bytes = o.size_bytes, fetch_ms = o.fetch_ms, latency_ms = o.latency_ms, started_at = o.started_at, ended_at = clock_timestamp(),
    queue_ms = greatest(0, round(extract(epoch FROM o.started_at - held.submitted_at) * 1000))
  FROM held, unnest($4::int[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::float8[], $10::timestamptz[],
      $21::text[], $22::float8[])
    AS o (position, engine, error, size_bytes, fetch_ms, latency_ms, started_at, error_code, model_ms)
  -- The array makes the primary key's both columns the way in, also before the table was ever analysed.
  WHERE i.job_id = $1 AND i.position = ANY ($4::int[]) AND i.position = o.position AND i.status IN ${sqlStatuses(unfinishedInputStatuses)}
  RETURNING i.position, i.status, i.size_bytes, i.latency_ms, i.queue_ms, o.model_ms
), stored AS (
  INSERT INTO millrace.outputs (job_id, position, name, output_order, media_type, size_bytes, content, blob_key)
  SELECT $1, o.position, o.name, o.output_order, o.media_type, o.size_bytes, o.content, o.blob_key
  FROM finished JOIN unnest($11::int[], $12::int[], $13::text[], $14::text[], $15::bigint[], $16::bytea[], $17::text[])
    AS o (position, output_order, name, media_type, size_bytes, content, blob_key) USING (position)
), counted_measures AS (
  -- In order, so that two statements that count the same never wait for each other.
  INSERT INTO millrace.drift_counts AS d (model_identifier, model_version, account_identifier, team_identifier, project_identifier, hour,
    feature, bin, shard, count)
  SELECT held.model_identifier, held.model_version, held.account_identifier, held.team_identifier, coalesce(held.project_identifier, ''),
    date_trunc('hour', clock_timestamp(), 'UTC'), m.feature, m.bin, held.id % 16, count(*)
  FROM held, finished JOIN unnest($18::int[], $19::text[], $20::text[]) AS m (position, feature, bin) USING (position)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY feature, bin
  ON CONFLICT (model_identifier, model_version, account_identifier, hour, feature, bin, team_identifier, project_identifier, shard)
    DO UPDATE SET count = d.count + excluded.count
), tally AS (
  SELECT count(*) FILTER (WHERE status = ${succeeded}) AS completed, count(*) FILTER (WHERE status = ${failed}) AS failed,
    coalesce(sum(size_bytes), 0) AS input_bytes, coalesce(sum(queue_ms), 0) AS queue_ms, coalesce(sum(latency_ms), 0) AS latency_ms,
    coalesce(sum(model_ms), 0) AS model_ms
  FROM finished
), judged AS (
  SELECT held.id, held.completed + held.failed + t.completed + t.failed = held.total AS is_complete,
    held.failed + t.failed > least(held.maximum_failed, floor(held.total * held.maximum_failed_percent / 100)) AS is_too_bad
  FROM tally t, held
), counted AS (
  UPDATE millrace.jobs j
  SET completed = j.completed + t.completed, failed = j.failed + t.failed, input_bytes = j.input_bytes + t.input_bytes,
    total_queue_ms = j.total_queue_ms + t.queue_ms, total_latency_ms = j.total_latency_ms + t.latency_ms,
    model_ms = j.model_ms + t.model_ms, updated_at = clock_timestamp(),
    event_count = j.event_count + t.completed + t.failed,
    status = CASE WHEN is_complete THEN ${sqlStatus(jobTransitions.finish.to)} WHEN is_too_bad THEN ${sqlStatus(jobTransitions.stop.to)} ELSE j.status END,
    status_reason = CASE WHEN is_too_bad AND NOT is_complete THEN
      format('Stopped because %s of %s inputs failed, more than its errorThreshold allows.', j.failed + t.failed, j.total) END,
    ended_at = CASE WHEN is_complete OR is_too_bad THEN clock_timestamp() END
  FROM tally t, judged WHERE j.id = judged.id
  RETURNING j.id, j.event_count, j.ended_at IS NOT NULL AS has_ended
), noted AS (
  INSERT INTO millrace.job_events (job_id, last_event, positions)
  SELECT counted.id, counted.event_count, (SELECT array_agg(position ORDER BY position) FROM finished)
  FROM counted WHERE EXISTS (SELECT FROM finished)
), credentials AS (
  DELETE FROM millrace.job_credentials c USING counted WHERE c.job_id = counted.id AND counted.has_ended
)
SELECT EXISTS (SELECT FROM held) AS is_held, coalesce((SELECT has_ended FROM counted), false) AS has_ended`;
