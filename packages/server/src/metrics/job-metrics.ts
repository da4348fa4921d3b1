import type { ActiveModel, ActiveUser, DataProcessed, MetricsQuery, PredictionsMade } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters, type Parameters } from "../database/parameters.js";
import type { Database } from "../database/transaction.js";
import { boundsOf, daysOf, parsePeriod, previousPeriod, type Period } from "./period.js";

// More than anyone looks at.
const rankingLength = 100;

/** Bytes of input by the day of the job's submission; index jobs_by_account. */
export async function readDataProcessed(
  database: Database,
  caller: Caller,
  query: MetricsQuery,
): Promise<DataProcessed> {
  const { comparison, daily } = await readSums(database, caller, query, "j.input_bytes");
  return { dataProcessed: comparison, recent: daily };
}

/** Inputs with a result by the day of the job's submission. */
export async function readPredictionsMade(
  database: Database,
  caller: Caller,
  query: MetricsQuery,
): Promise<PredictionsMade> {
  const { comparison, daily } = await readSums(database, caller, query, "j.completed");
  return { predictionsMade: comparison, recent: daily };
}

async function readSums(
  database: Database,
  caller: Caller,
  query: MetricsQuery,
  column: "j.input_bytes" | "j.completed",
): Promise<{ comparison: DataProcessed["dataProcessed"]; daily: DataProcessed["recent"] }> {
  const period = parsePeriod(query);
  const before = previousPeriod(period);
  const parameters = createParameters();
  const condition = countedJobs(caller, query, { ...before, end: period.end }, parameters);
  const { rows } = await database.query<{ day: string; value: number }>(
    `SELECT to_char(j.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, sum(${column})::bigint AS value
     FROM millrace.jobs j WHERE ${condition} GROUP BY day`,
    parameters.values,
  );
  const values = new Map(rows.map(({ day, value }) => [day, value]));
  const daily = daysOf(period).map((date) => ({ date, value: values.get(date) ?? 0 }));
  const recent = daily.reduce((sum, { value }) => sum + value, 0);
  const previous = daysOf(before).reduce((sum, day) => sum + (values.get(day) ?? 0), 0);
  return { comparison: { recent, previous, percentage: percentageChange(recent, previous) }, daily };
}

/** An increase from 0 counts as 100 %. */
function percentageChange(recent: number, previous: number): number {
  if (previous === 0) return recent === 0 ? 0 : 100;
  return Math.round(((recent - previous) / previous) * 100);
}

// Running jobs count up to now.
const elapsed = `coalesce(sum(extract(epoch FROM coalesce(j.ended_at, now()) - j.submitted_at) * 1000), 0)::bigint`;

/** The users with the most jobs. */
export async function readActiveUsers(database: Database, caller: Caller, query: MetricsQuery): Promise<ActiveUser[]> {
  const parameters = createParameters();
  const condition = countedJobs(caller, query, parsePeriod(query), parameters);
  const { rows } = await database.query<Omit<ActiveUser, "ranking">>(
    `SELECT u.identifier AS "userIdentifier", u.first_name AS "firstName", u.last_name AS "lastName", u.email,
       ${elapsed} AS "elapsedTime", count(*) AS jobs
     FROM millrace.jobs j JOIN millrace.users u ON u.identifier = j.user_identifier WHERE ${condition}
     GROUP BY u.identifier ORDER BY jobs DESC, "elapsedTime" DESC, u.identifier LIMIT ${rankingLength}`,
    parameters.values,
  );
  return rows.map((row, index) => ({ ranking: index + 1, ...row }));
}

/** The model versions with the most jobs. */
export async function readActiveModels(
  database: Database,
  caller: Caller,
  query: MetricsQuery,
): Promise<ActiveModel[]> {
  const parameters = createParameters();
  const condition = countedJobs(caller, query, parsePeriod(query), parameters);
  const { rows } = await database.query<Omit<ActiveModel, "ranking">>(
    `SELECT j.model_identifier AS "modelIdentifier", max(j.model_name) AS name, j.model_version AS "modelVersion",
       ${elapsed} AS "elapsedTime", count(*) AS jobs
     FROM millrace.jobs j WHERE ${condition}
     GROUP BY j.model_identifier, j.model_version
     ORDER BY jobs DESC, "elapsedTime" DESC, j.model_identifier, j.model_version LIMIT ${rankingLength}`,
    parameters.values,
  );
  return rows.map((row, index) => ({ ranking: index + 1, ...row }));
}

function countedJobs(caller: Caller, query: MetricsQuery, period: Period, parameters: Parameters): string {
  const { from, until } = boundsOf(period);
  const conditions = [
    visibleJobs(caller, "j", parameters),
    `j.created_at >= ${parameters.add(from)}`,
    `j.created_at < ${parameters.add(until)}`,
  ];
  const filters = [
    ["j.user_identifier", query["user-identifier"]],
    ["j.access_key", query["access-key"]],
    ["j.model_identifier", query["model-identifier"]],
    ["j.team_identifier", query["team-identifier"]],
  ] as const;
  for (const [column, value] of filters) if (value) conditions.push(`${column} = ${parameters.add(value)}`);
  return conditions.join(" AND ");
}
