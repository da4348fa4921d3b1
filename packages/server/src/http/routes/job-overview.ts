import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { JobDetails, JobHistoryQuery, JobStatistics, JobSummary } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { cancelJob } from "../../jobs/end-job.js";
import { writeJobDetails } from "../../jobs/find-job.js";
import { listJobs, type ListedJob } from "../../jobs/history.js";
import type { JobChanges } from "../../jobs/job-changes.js";
import { readJobStatistics, readKeyStatistics } from "../../jobs/statistics.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { JsonText } from "../../json/json-text.js";
import { written } from "../json-text-response.js";
import { setPageHeaders } from "../page-headers.js";

// Jobs that are cancelled between two looks at what is still running.
const cancelPageSize = "1000";

/** All jobs of an account. */
export const jobOverviewRoutes: FastifyPluginCallbackTypebox<{
  readonly pool: Pool;
  readonly changes: JobChanges;
}> = (app, { pool, changes }, done) => {
  app.get(
    "/jobs",
    {
      schema: {
        summary: "List job summaries",
        tags: ["jobs"],
        querystring: JobHistoryQuery,
        response: { 200: Type.Array(JobSummary), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { jobs, page, totalCount } = await listJobs(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return jobs.map(toSummary);
    },
  );

  app.delete(
    "/jobs",
    {
      schema: {
        summary: "Cancel all running jobs",
        tags: ["jobs"],
        response: { 200: written(Type.Array(JobDetails)), ...errorResponses(401) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const canceled: string[] = [];
      for (;;) {
        const { jobs } = await listJobs(pool, caller, { status: "PENDING", "per-page": cancelPageSize });
        if (jobs.length === 0) return new JsonText(`[${canceled.join(",")}]`);
        for (const { identifier } of jobs)
          canceled.push((await cancelJob({ pool, changes }, caller, identifier, { withInputs: false })).text);
      }
    },
  );

  app.get(
    "/jobs/history/:job",
    {
      schema: {
        summary: "Get a job summary as a list",
        tags: ["jobs"],
        params: Type.Object({ job: Type.String() }),
        response: { 200: written(Type.Array(JobDetails)), ...errorResponses(401, 404) },
      },
    },
    async (request) => {
      const { text } = await writeJobDetails(pool, callerOf(request), request.params.job);
      return new JsonText(`[${text}]`);
    },
  );

  app.get(
    "/jobs/statistics",
    {
      schema: {
        summary: "List jobs by API key",
        tags: ["jobs"],
        response: { 200: Type.Array(JobStatistics), ...errorResponses(401) },
      },
    },
    (request) => readJobStatistics(pool, callerOf(request)),
  );

  app.get(
    "/jobs/statistics/:accessKey",
    {
      schema: {
        summary: "List the jobs of an API key",
        tags: ["jobs"],
        params: Type.Object({ accessKey: Type.String() }),
        response: { 200: JobStatistics, ...errorResponses(401, 404) },
      },
    },
    (request) => readKeyStatistics(pool, callerOf(request), request.params.accessKey),
  );
  done();
};

function toSummary({ identifier, status, ...row }: ListedJob): JobSummary {
  const model = { identifier: row.model_identifier, version: row.model_version, name: row.model_name };
  return { jobIdentifier: identifier, status, model };
}
