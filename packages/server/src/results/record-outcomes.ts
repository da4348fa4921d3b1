import type { BinnedMeasure } from "../drift/bins.js";
import type { Database } from "../database/transaction.js";
import { jobTransitions } from "../states/job-states.js";
import { sqlStatus, sqlStatuses } from "../states/status-sql.js";
import { finishedPositions } from "../outcomes/finished-positions.js";
import { writeOutcomeLine } from "../outcomes/outcome-line.js";
import type { StoredOutcome } from "../outcomes/stored-outcome.js";

/** The outcome of an input, and what is counted of it. */
export interface InputOutcome extends StoredOutcome {
  /** Its share of the engine time, including explanation; 0 when it failed. */
  readonly modelMs: number;
  /** Measures counted for drift detection. */
  readonly measures: readonly BinnedMeasure[];
}

/** Identifies the work a worker holds: only the current holder of a chunk can record outcomes. */
export interface ChunkClaim {
  readonly jobId: number;
  readonly chunkIndex: number;
  readonly holder: string;
  /** When the job was submitted. */
  readonly submittedAt: Date;
  /** How many times outcomes of the chunk were recorded. */
  readonly part: number;
}

export interface RecordedOutcomes {
  /** False when the chunk has another holder or the job has ended: stop working on it. */
  readonly isHeld: boolean;
  /** True when the job has ended, through these outcomes or otherwise. */
  readonly jobHasEnded: boolean;
}

/**
 * Records the outcomes of some inputs of a chunk in one statement: one row for all of them, their larger outputs and the job's counters,
 * atomically, each input once (also if the statement comes twice), and only while the chunk is held and the job is running. The last input, or the first failure beyond the
 * job's error threshold, ends the job and deletes its credentials. Rows are numbered in completion order: the job's row is locked until the
 * commit, so every reader sees the same order.
 *
 * Rows are accessed by primary key only: jobs, chunks; and by the range of a chunk: outcome_batches.
 */
export async function recordOutcomes(
  database: Database,
  claim: ChunkClaim,
  unordered: readonly InputOutcome[],
): Promise<RecordedOutcomes> {
  const outcomes = unordered.toSorted((one, other) => one.position - other.position);
  const endedAt = new Date();
  const written = outcomes.map((outcome) => {
    const queueMs = Math.max(0, outcome.startedAt.getTime() - claim.submittedAt.getTime());
    return { ...writeOutcomeLine(outcome, queueMs, endedAt), queueMs, position: outcome.position };
  });
  const others = written.flatMap(({ others: list, position }) => list.map((one) => ({ ...one, position })));
  const measures = countMeasures(outcomes);
  const failed = outcomes.filter(({ failure }) => failure !== null);
  const { rows } = await database.query<{ is_held: boolean; has_ended: boolean }>({
    // Planned once per connection: planning costs as much as execution.
    name: "record_outcomes",
    text: recordOutcomesSql,
    values: [
      claim.jobId,
      claim.chunkIndex,
      claim.holder,
      outcomes.map(({ position }) => position),
      failed.map(({ position }) => position),
      written.map(({ line }) => line).join("\n"),
      sum(outcomes, ({ sizeBytes }) => sizeBytes),
      sum(written, ({ queueMs }) => queueMs),
      sum(outcomes, ({ latencyMs }) => latencyMs),
      sum(outcomes, ({ modelMs }) => modelMs),
      others.map(({ position }) => position),
      others.map(({ order }) => order),
      others.map(({ output }) => output.name),
      others.map(({ output }) => output.mediaType),
      others.map(({ output }) => output.sizeBytes),
      others.map(({ output: { content } }) =>
        content === null ? null : Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      ),
      others.map(({ output }) => output.blobKey),
      measures.map(({ feature }) => feature.replaceAll("\0", "\uFFFD")),
      measures.map(({ bin }) => bin.replaceAll("\0", "\uFFFD")),
      measures.map(({ count }) => count),
      claim.part,
    ],
  });
  const { is_held: isHeld = false, has_ended: hasEnded = false } = rows[0] ?? {};
  return { isHeld, jobHasEnded: isHeld ? hasEnded : await hasJobEnded(database, claim.jobId) };
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}

/** In order, so that two statements that count the same never wait for each other. */
function countMeasures(outcomes: readonly InputOutcome[]): (BinnedMeasure & { readonly count: number })[] {
  const counts = new Map<string, BinnedMeasure & { count: number }>();
  for (const { measures } of outcomes)
    for (const { feature, bin } of measures) {
      const key = JSON.stringify([feature, bin]);
      const counted = counts.get(key) ?? { feature, bin, count: 0 };
      counted.count += 1;
      counts.set(key, counted);
    }
  return [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, counted]) => counted);
}

/** A separate statement: the previous one saw the job as of when it started waiting for the row lock. */
async function hasJobEnded(database: Database, jobId: number): Promise<boolean> {
  const { rows } = await database.query<{ has_ended: boolean }>(
    "SELECT ended_at IS NOT NULL AS has_ended FROM millrace.jobs WHERE id = $1",
    [jobId],
  );
  return rows[0]?.has_ended ?? true;
}

// Once: the statement is prepared under its name, so its text must not change.
const recordOutcomesSql = /* sql */ `
WITH held AS (
  -- Counters as they are once the job's row is ours; other parts of the statement see them as they were when it began.
  SELECT j.id, c.first_position, j.completed, j.failed, j.total, j.event_count, j.maximum_failed, j.maximum_failed_percent,
    j.model_identifier, j.model_version, j.account_identifier, j.team_identifier, j.project_identifier
  FROM millrace.jobs j JOIN millrace.chunks c ON c.job_id = j.id
  WHERE j.id = $1 AND j.status IN ${sqlStatuses(jobTransitions.finish.from)} AND c.chunk_index = $2 AND c.holder = $3
    -- Whoever records an input twice loses the chunk, and so does one whose part is taken, below.
    AND NOT $4::int[] && ARRAY(${finishedPositions})
  FOR UPDATE
), appended AS (
  INSERT INTO millrace.outcome_batches (job_id, last_event, first_position, part, positions, failed_positions, lines)
  SELECT id, event_count + cardinality($4::int[]), first_position, $21, $4, $5, $6 FROM held
  ON CONFLICT (job_id, first_position, part) DO NOTHING RETURNING job_id
), recorded AS (
  SELECT held.* FROM held JOIN appended ON appended.job_id = held.id
), stored AS (
  INSERT INTO millrace.outputs (job_id, position, name, output_order, media_type, size_bytes, content, blob_key)
  SELECT recorded.id, o.position, o.name, o.output_order, o.media_type, o.size_bytes, o.content, o.blob_key
  FROM recorded, unnest($11::int[], $12::int[], $13::text[], $14::text[], $15::bigint[], $16::bytea[], $17::text[])
    AS o (position, output_order, name, media_type, size_bytes, content, blob_key)
), counted_measures AS (
  INSERT INTO millrace.drift_counts AS d (model_identifier, model_version, account_identifier, team_identifier, project_identifier, hour,
    feature, bin, shard, count)
  SELECT r.model_identifier, r.model_version, r.account_identifier, r.team_identifier, coalesce(r.project_identifier, ''),
    date_trunc('hour', clock_timestamp(), 'UTC'), m.feature, m.bin, r.id % 16, m.count
  FROM recorded r, unnest($18::text[], $19::text[], $20::bigint[]) AS m (feature, bin, count)
  ON CONFLICT (model_identifier, model_version, account_identifier, hour, feature, bin, team_identifier, project_identifier, shard)
    DO UPDATE SET count = d.count + excluded.count
), judged AS (
  SELECT r.id, cardinality($4::int[]) - cardinality($5::int[]) AS completed, cardinality($5::int[]) AS failed,
    r.completed + r.failed + cardinality($4::int[]) = r.total AS is_complete,
    r.failed + cardinality($5::int[]) > least(r.maximum_failed, floor(r.total * r.maximum_failed_percent / 100)) AS is_too_bad
  FROM recorded r
), counted AS (
  UPDATE millrace.jobs j
  SET completed = j.completed + t.completed, failed = j.failed + t.failed, input_bytes = j.input_bytes + $7,
    total_queue_ms = j.total_queue_ms + $8, total_latency_ms = j.total_latency_ms + $9, model_ms = j.model_ms + $10,
    updated_at = clock_timestamp(), event_count = j.event_count + t.completed + t.failed,
    status = CASE WHEN is_complete THEN ${sqlStatus(jobTransitions.finish.to)} WHEN is_too_bad THEN ${sqlStatus(jobTransitions.stop.to)} ELSE j.status END,
    status_reason = CASE WHEN is_too_bad AND NOT is_complete THEN
      format('Stopped because %s of %s inputs failed, more than its errorThreshold allows.', j.failed + t.failed, j.total) END,
    ended_at = CASE WHEN is_complete OR is_too_bad THEN clock_timestamp() END
  FROM judged t WHERE j.id = t.id
  RETURNING j.id, j.ended_at IS NOT NULL AS has_ended
), credentials AS (
  DELETE FROM millrace.job_credentials c USING counted WHERE c.job_id = counted.id AND counted.has_ended
)
SELECT EXISTS (SELECT FROM recorded) AS is_held, coalesce((SELECT has_ended FROM counted), false) AS has_ended`;
