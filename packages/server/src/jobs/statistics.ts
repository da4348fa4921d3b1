import { formatWireDate, type JobStatistics } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters } from "../database/parameters.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";

/** Statistics per API key of the caller's account, the busiest first; only one key's if given. */
export async function readJobStatistics(
  database: Database,
  caller: Caller,
  accessKey?: string,
): Promise<JobStatistics[]> {
  const parameters = createParameters(accessKey ?? null);
  const { rows } = await database.query<{
    access_key: string;
    jobs: number;
    last_at: Date;
    models: JobStatistics["modelsList"];
  }>(
    `WITH per_version AS (
       SELECT access_key, model_identifier, model_version, max(model_name) AS name, count(*) AS jobs, max(created_at) AS last_at
       FROM millrace.jobs j WHERE ${visibleJobs(caller, "j", parameters)} AND ($1::text IS NULL OR access_key = $1)
       GROUP BY access_key, model_identifier, model_version
     )
     SELECT access_key, sum(jobs)::bigint AS jobs, max(last_at) AS last_at,
       json_agg(json_build_object('identifier', model_identifier, 'name', name, 'processedJobsCount', jobs, 'version', model_version)
         ORDER BY jobs DESC, model_identifier, model_version) AS models
     FROM per_version GROUP BY access_key ORDER BY jobs DESC, access_key`,
    parameters.values,
  );
  return rows.map((row) => ({
    accessKey: row.access_key,
    jobsCount: row.jobs,
    lastApiUsage: formatWireDate(row.last_at),
    modelsCount: row.models.length,
    modelsList: row.models,
  }));
}

/** @throws MillraceError `not_found` when the key has no jobs in the caller's account. */
export async function readKeyStatistics(database: Database, caller: Caller, accessKey: string): Promise<JobStatistics> {
  const [statistics] = await readJobStatistics(database, caller, accessKey);
  if (statistics !== undefined) return statistics;
  throw new MillraceError(
    "not_found",
    `No job in your account was submitted with the API key ${JSON.stringify(accessKey)}.`,
  );
}
