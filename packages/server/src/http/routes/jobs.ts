import {
  JobDetails,
  JobFeatures,
  JobHistoryQuery,
  JobReceipt,
  JobSubmission,
  maximumInputsPerJob,
} from "@millrace/contract";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { withTimeLimit } from "@millrace/runners";
import type { FastifyReply } from "fastify";
import type { Pool } from "pg";
import Type from "typebox";
import type { ClientLimits } from "../../limits/client-limits.js";
import { cancelJob } from "../../jobs/end-job.js";
import { findJobRow, writeJobDetails } from "../../jobs/find-job.js";
import { listJobs, writeJobs } from "../../jobs/history.js";
import type { JobChanges } from "../../jobs/job-changes.js";
import { createSubmissionReader } from "../../jobs/submission-reader.js";
import { parseIdempotencyKey, type Submit } from "../../jobs/submit.js";
import type { JobWatch } from "../../jobs/watch-jobs.js";
import { MillraceError } from "../../errors/millrace-error.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { written } from "../json-text-response.js";
import { setPageHeaders } from "../page-headers.js";
import type { KeyWatch } from "../watch-keys.js";

const JobPath = Type.Object({ job: Type.String() });

export interface JobRoutesOptions {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly submit: Submit;
  readonly watch: JobWatch;
  readonly keys: KeyWatch;
  readonly limits: Pick<ClientLimits, "submissionBytes">;
}

/** Submit, follow, cancel and list jobs. */
export const jobRoutes: FastifyPluginCallbackTypebox<JobRoutesOptions> = (
  app,
  { pool, changes, submit, watch, keys, limits },
  done,
) => {
  const reader = createSubmissionReader({ mostBytes: limits.submissionBytes });
  app.addHook("onClose", () => reader.close());
  app.post(
    "/jobs",
    {
      bodyLimit: limits.submissionBytes,
      config: { takesJsonBytes: true },
      schema: {
        summary: "Submit a job",
        description:
          "Without `input` the job stays open: append its files, then close it. With an `Idempotency-Key` header, a repeated submission returns the job that the first one created.",
        tags: ["jobs"],
        body: JobSubmission,
        response: { 201: written(JobReceipt), ...errorResponses(400, 401, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const idempotencyKey = parseIdempotencyKey(request.headers["idempotency-key"]);
      const isKeyed = idempotencyKey !== undefined;
      const bytes = request.body as unknown as Buffer | undefined;
      const submission = await reader.read(bytes, { isKeyed, signal: untilClosed(reply) });
      const { receipt } = await submit(caller, submission, { idempotencyKey });
      return reply.code(201).send(receipt);
    },
  );

  app.get(
    "/jobs/features",
    {
      schema: {
        summary: "Get the limits of uploads and submissions",
        tags: ["jobs"],
        response: { 200: JobFeatures, ...errorResponses(401) },
      },
    },
    () => ({ inputChunkMaximumSize: "1Mi", maximumInputChunks: 1_000_000, maximumInputsPerJob }),
  );

  app.get(
    "/jobs/history",
    {
      schema: {
        summary: "List jobs, newest first",
        description: "Each job lists its first 100 inputs.",
        tags: ["jobs"],
        querystring: JobHistoryQuery,
        response: { 200: written(Type.Array(JobDetails)), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { jobs, page, totalCount } = await listJobs(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return writeJobs(callerOf(request), jobs);
    },
  );

  app.get(
    "/jobs/:job",
    {
      schema: {
        summary: "Get a job",
        tags: ["jobs"],
        params: JobPath,
        querystring: Type.Object({
          exclude: Type.Optional(
            Type.String({ description: "`jobInputs` omits the input names, which makes polling cheap." }),
          ),
          wait: Type.Optional(
            Type.String({
              pattern: "^([01]?[0-9]|2[0-5])$",
              description: "0 to 25 seconds; the longest to wait for the job to end.",
            }),
          ),
        }),
        response: { 200: written(JobDetails), ...errorResponses(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { job } = request.params;
      const { exclude, wait = "0" } = request.query;
      if (Number(wait) > 0) {
        const allowed = keys.during(request, reply);
        const { id } = await findJobRow(pool, caller, job);
        await untilEnded(watch, id, withTimeLimit(allowed, Number(wait) * 1_000));
        allowed.throwIfAborted();
      }
      return writeJobDetails(pool, caller, job, { withInputs: exclude !== "jobInputs" });
    },
  );

  app.delete(
    "/jobs/:job",
    {
      schema: {
        summary: "Cancel a job",
        description: "A job that has already ended is returned unchanged.",
        tags: ["jobs"],
        params: JobPath,
        response: { 200: written(JobDetails), ...errorResponses(401, 404) },
      },
    },
    (request) => cancelJob({ pool, changes }, callerOf(request), request.params.job, { withInputs: true }),
  );
  done();
};

/** Aborted when the client leaves before it is answered. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once("close", () =>
    left.abort(new MillraceError("request_timeout", "The client closed the connection before the answer.")),
  );
  return left.signal;
}

async function untilEnded(watch: JobWatch, jobId: number, signal: AbortSignal): Promise<void> {
  for await (const { hasEnded } of watch.changes(jobId, signal)) if (hasEnded) return;
}
