import { setImmediate } from "node:timers/promises";
import { isTerminal, jobStatuses, type JobHistoryQuery, type JobStatus } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleEmail } from "../accounts/visible-email.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { containing, createParameters, parseFilter, type Parameters } from "../database/parameters.js";
import { parseMoment } from "../database/parse-moment.js";
import { orderBy, parsePage, type Page } from "../database/paging.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { JsonText } from "../json/json-text.js";
import { jobTransitions, statusGroups } from "../states/job-states.js";
import { sqlStatus } from "../states/status-sql.js";
import { inputJson, isJobIdentifier, withInputs } from "./find-job.js";
import { jobColumns, toDetails, type JobRow } from "./job-row.js";

/** Maximum number of inputs listed per job; `GET /jobs/{job}` lists all of them. */
export const listedInputNames = 100;

const sortColumns = {
  identifier: "j.identifier",
  submittedBy: "j.access_key",
  submittedJobs: "j.created_at",
  status: "j.status",
  createdAt: "j.created_at",
  updatedAt: "j.updated_at",
  submittedAt: "j.submitted_at",
  total: "j.total",
  completed: "j.completed",
  fail: "j.failed",
  model: "j.model_name",
};

// Tolerates clients whose clock is slightly ahead, so that "until now" is not an error.
const clockSkewMs = 60 * 60 * 1000;

export interface JobPage {
  readonly jobs: readonly ListedJob[];
  readonly page: Page;
  readonly totalCount: number;
}

/** A job with the first of its inputs, as JSON. */
export type ListedJob = JobRow & { readonly inputs_json: string };

/** The jobs of the caller's account that match a query, newest first by default; index jobs_by_account. */
export async function listJobs(database: Database, caller: Caller, query: JobHistoryQuery): Promise<JobPage> {
  const page = parsePage(query);
  const { condition, parameters } = conditionOf(caller, query);
  const order = orderBy(query["sort-by"], query.direction, sortColumns, { by: "createdAt", direction: "DESC" });
  const from = "FROM millrace.jobs j JOIN millrace.users u ON u.identifier = j.user_identifier";
  const count = await database.query<{ count: number }>(
    `SELECT count(*) AS count ${from} WHERE ${condition}`,
    parameters,
  );
  const { rows } = await database.query<ListedJob>(
    `SELECT ${jobColumns},
       '[' || coalesce((SELECT string_agg(${inputJson}, ',' ORDER BY i.position)
         FROM millrace.inputs i WHERE i.job_id = j.id AND i.position < ${listedInputNames}), '') || ']' AS inputs_json
     ${from} WHERE ${condition} ORDER BY ${order}, j.id DESC LIMIT ${page.size} OFFSET ${(page.number - 1) * page.size}`,
    parameters,
  );
  return { jobs: rows, page, totalCount: count.rows[0]?.count ?? 0 };
}

// Writing a thousand at once would hold the thread.
const jobsAtOnce = 50;

/** A list of `JobDetails`. */
export async function writeJobs(caller: Caller, jobs: readonly ListedJob[]): Promise<JsonText> {
  const now = new Date();
  const texts: string[] = [];
  for (const [index, job] of jobs.entries()) {
    if (index > 0 && index % jobsAtOnce === 0) await setImmediate();
    texts.push(withInputs(toDetails(caller, job, [], now), job.inputs_json, "").text);
  }
  return new JsonText(`[${texts.join(",")}]`);
}

function conditionOf(caller: Caller, query: JobHistoryQuery): { condition: string; parameters: unknown[] } {
  const parameters = createParameters();
  const conditions = [visibleJobs(caller, "j", parameters)];
  const where = (value: unknown, sql: (parameter: string) => string) => conditions.push(sql(parameters.add(value)));
  const person = (p: string) =>
    `(u.first_name ILIKE ${p} OR u.last_name ILIKE ${p} OR ${visibleEmail(caller, "u", parameters)} ILIKE ${p})`;
  const whereText = (filter: string | undefined, sql: (pattern: string) => string) =>
    conditions.push(...containing(filter, parameters, sql));
  whereText(query.user, person);
  whereText(
    query.accessKey,
    (p) =>
      `EXISTS (SELECT FROM millrace.api_keys k WHERE k.prefix = j.access_key AND (k.prefix ILIKE ${p} OR k.name ILIKE ${p}))`,
  );
  whereText(
    query.model,
    (p) => `(j.model_name ILIKE ${p} OR j.model_identifier ILIKE ${p} OR j.model_version ILIKE ${p})`,
  );
  if (query.modelIdentifier) where(query.modelIdentifier, (p) => `j.model_identifier = ${p}`);
  if (query.modelVersion) where(query.modelVersion, (p) => `j.model_version = ${p}`);
  if (query.jobIdentifiers)
    where(query.jobIdentifiers.split(/[,;]/).filter(isJobIdentifier), (p) => `j.identifier = ANY (${p}::uuid[])`);
  whereText(query.search, (p) => `(j.identifier::text ILIKE ${p} OR j.model_name ILIKE ${p} OR ${person(p)})`);
  const { start, end } = parsePeriod(query);
  if (start !== undefined) where(start, (p) => `j.created_at >= ${p}`);
  if (end !== undefined) where(end, (p) => `coalesce(j.ended_at, j.created_at) <= ${p}`);
  for (const group of parseFilter(query.status))
    conditions.push(`(${group.map((status) => statusCondition(status, parameters)).join(" OR ")})`);
  return { condition: conditions.join(" AND "), parameters: parameters.values };
}

/** Published clients' tests expect these errors (contract 2.2.8): an end without a start, a start in the future. */
function parsePeriod(query: JobHistoryQuery): { start: Date | undefined; end: Date | undefined } {
  const start = query.startDate ? parseMoment(query.startDate, "startDate") : undefined;
  const end = query.endDate ? parseMoment(query.endDate, "endDate") : undefined;
  if (end !== undefined && start === undefined) {
    throw new MillraceError("invalid_request", "endDate was sent without startDate: send both, or startDate alone.");
  }
  if (start !== undefined && start.getTime() > Date.now() + clockSkewMs) {
    throw new MillraceError(
      "invalid_request",
      `startDate is in the future: found ${start.toISOString()}, expected a moment in the past.`,
    );
  }
  return { start, end };
}

function statusCondition(status: string, parameters: Parameters): string {
  const name = status.toUpperCase();
  const isAnyOf = (list: readonly JobStatus[]) => {
    const condition = `j.status = ANY (${parameters.add(list)})`;
    // Redundant, but it enables the index jobs_unfinished: most jobs have ended.
    return list.some(isTerminal) ? condition : `(${condition} AND j.ended_at IS NULL)`;
  };
  if (name === "TERMINATED_WITH_ERROR")
    return `(${isAnyOf(jobStatuses.filter(isTerminal))} AND (j.failed > 0 OR j.status = ${sqlStatus(jobTransitions.timeOut.to)}))`;
  // ERROR is a documented filter, though no job of Millrace ever has that status.
  if (name === "ERROR") return "false";
  const list = statusGroups.has(name) ? statusGroups.get(name) : exactStatus(name);
  if (list === undefined) {
    const known = [...statusGroups.keys(), "TERMINATED_WITH_ERROR", ...jobStatuses].join(", ");
    throw new MillraceError(
      "invalid_request",
      `status is not valid: found ${JSON.stringify(status)}, expected one of ${known}.`,
    );
  }
  return list === null ? "true" : isAnyOf(list);
}

function exactStatus(name: string): JobStatus[] | undefined {
  const status = jobStatuses.find((known) => known === name);
  return status === undefined ? undefined : [status];
}
