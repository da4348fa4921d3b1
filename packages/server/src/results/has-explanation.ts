import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import type { JobRow } from "../jobs/job-row.js";

/**
 * Whether a result of a job at one of these positions has an explanation, the model's or ours; primary key of outputs. Outputs that are not inlined
 * are not looked into: those in JSON count as explained if nothing speaks against it.
 */
export async function hasExplanation(
  database: Database,
  job: Pick<JobRow, "id" | "explain" | "explanation_notice">,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<boolean> {
  if (!job.explain) return false;
  const { rows } = await database.query<{ found: boolean }>(
    prepared(
      // Bytes as ASCII: a quotation mark within a text stands behind a backslash, which encode() doubles.
      `SELECT EXISTS (
         SELECT 1 FROM millrace.outputs WHERE job_id = $1 AND position BETWEEN $2 AND $3 AND media_type ILIKE '%json%'
           AND CASE WHEN content IS NULL THEN $4 ELSE encode(content, 'escape') ~ '"explanation"[[:space:]]*:[[:space:]]*[[{"]' END
       ) AS found`,
      [job.id, first, last, job.explanation_notice === null],
    ),
  );
  return rows[0]?.found ?? false;
}
