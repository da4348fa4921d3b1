import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import type { JobRow } from "../jobs/job-row.js";
import { maximumChunkSize } from "../outcomes/chunk-size.js";
import type { PositionRange } from "../outcomes/read-outcomes.js";

/**
 * Whether a result of a job at one of these positions has an explanation, the model's or ours; index outcome_batches_by_position and primary
 * key of outputs. Outputs in the blob store are not looked into: those in JSON count as explained if nothing speaks against it.
 */
export async function hasExplanation(
  database: Database,
  job: Pick<JobRow, "id" | "explain" | "explanation_notice">,
  { first, last }: PositionRange,
): Promise<boolean> {
  if (!job.explain) return false;
  const { rows } = await database.query<{ found: boolean }>(
    prepared(
      // A quotation mark within a text stands behind a backslash, which encode() doubles.
      `SELECT EXISTS (
         SELECT FROM millrace.outcome_batches b CROSS JOIN unnest(b.positions, string_to_array(b.lines, E'\\n')) AS o (position, line)
         WHERE b.job_id = $1 AND b.first_position BETWEEN $2::int - ${maximumChunkSize} AND $3 AND o.position BETWEEN $2 AND $3
           AND o.position <> ALL (b.failed_positions) AND o.line ~ $5
       ) OR EXISTS (
         SELECT FROM millrace.outputs WHERE job_id = $1 AND position BETWEEN $2 AND $3 AND media_type ILIKE '%json%'
           AND CASE WHEN content IS NULL THEN $4 ELSE encode(content, 'escape') ~ $5 END
       ) AS found`,
      [job.id, first, last, job.explanation_notice === null, '"explanation"[[:space:]]*:[[:space:]]*[[{"]'],
    ),
  );
  return rows[0]?.found ?? false;
}
