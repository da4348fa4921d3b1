import type { JobDetails, JobReceipt } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters } from "../database/parameters.js";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { jobColumns, toDetails, toReceipt, type JobRow } from "./job-row.js";

/** Whether a string is a valid job identifier (a UUID). */
export function isJobIdentifier(text: string): boolean {
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}

/**
 * Reads a job that the caller may see.
 *
 * @throws MillraceError `not_found`, also for a job of another account, project or team.
 */
export async function findJobRow(database: Database, caller: Caller, jobIdentifier: string): Promise<JobRow> {
  if (isJobIdentifier(jobIdentifier)) {
    const parameters = createParameters(jobIdentifier);
    const { rows } = await database.query<JobRow>(
      prepared(
        `SELECT ${jobColumns} FROM millrace.jobs j JOIN millrace.users u ON u.identifier = j.user_identifier
       WHERE j.identifier = $1 AND ${visibleJobs(caller, "j", parameters)}`,
        parameters.values,
      ),
    );
    if (rows[0] !== undefined) return rows[0];
  }
  throw new MillraceError(
    "not_found",
    `There is no job ${JSON.stringify(jobIdentifier)} in your account; GET /api/jobs/history lists your jobs.`,
  );
}

/** The details of a job. Without `withInputs`, `jobInputs` stays empty, which keeps polling a large job cheap. */
export async function findJobDetails(
  database: Database,
  caller: Caller,
  jobIdentifier: string,
  { withInputs }: { withInputs: boolean },
): Promise<JobDetails> {
  const row = await findJobRow(database, caller, jobIdentifier);
  const names = withInputs ? await readInputNames(database, row.id) : [];
  return toDetails(caller, row, names, new Date());
}

/** The response to a submission. */
export async function findJobReceipt(database: Database, caller: Caller, jobIdentifier: string): Promise<JobReceipt> {
  const row = await findJobRow(database, caller, jobIdentifier);
  return toReceipt(caller, row, await readInputNames(database, row.id), new Date());
}

async function readInputNames(database: Database, jobId: number): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    prepared("SELECT name FROM millrace.inputs WHERE job_id = $1 ORDER BY position", [jobId]),
  );
  return rows.map((row) => row.name);
}
