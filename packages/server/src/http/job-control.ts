import { JobDetails, JobPriorityChange, JobRetry } from "@millrace/contract";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Pool } from "pg";
import Type from "typebox";
import type { Caller } from "../accounts/caller.js";
import { changePriority } from "../jobs/change-priority.js";
import { findJobDetails } from "../jobs/find-job.js";
import { parseRetry } from "../jobs/parse-submission.js";
import { pauseJob, resumeJob } from "../jobs/pause-job.js";
import { retryJob } from "../jobs/retry-job.js";
import type { SecretBox } from "../storage/secret-box.js";
import { callerOf } from "./authentication.js";
import { errorResponses } from "./error-response.js";

const JobPath = Type.Object({ job: Type.String() });

/** Pause, resume, retry and prioritize jobs. */
export const jobControlRoutes: FastifyPluginCallbackTypebox<{ pool: Pool; secrets: SecretBox }> = (
  app,
  { pool, secrets },
  done,
) => {
  const detailsOf = (caller: Caller, job: string) => findJobDetails(pool, caller, job, { withInputs: true });

  app.post(
    "/jobs/:job/pause",
    {
      schema: {
        summary: "Pause a job",
        description: "Workers stop starting the job's inputs within a second. Its time limit keeps running.",
        tags: ["jobs"],
        params: JobPath,
        response: { 200: JobDetails, ...errorResponses(401, 404, 409) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await pauseJob(pool, caller, request.params.job);
      return detailsOf(caller, request.params.job);
    },
  );

  app.post(
    "/jobs/:job/resume",
    {
      schema: {
        summary: "Resume a paused job",
        tags: ["jobs"],
        params: JobPath,
        response: { 200: JobDetails, ...errorResponses(401, 404, 409) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await resumeJob(pool, caller, request.params.job);
      return detailsOf(caller, request.params.job);
    },
  );

  app.post(
    "/jobs/:job/priority",
    {
      schema: {
        summary: "Change a job's priority",
        description: "Affects inputs that have not started. Running inputs continue.",
        tags: ["jobs"],
        params: JobPath,
        body: JobPriorityChange,
        response: { 200: JobDetails, ...errorResponses(400, 401, 404, 409) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await changePriority(pool, caller, request.params.job, request.body);
      return detailsOf(caller, request.params.job);
    },
  );

  app.post(
    "/jobs/:job/retry",
    {
      schema: {
        summary: "Retry the failed inputs of a job",
        description:
          "Retries inputs that failed, and inputs that did not run because the job was canceled or timed out. Existing results are kept.",
        tags: ["jobs"],
        params: JobPath,
        body: Type.Optional(JobRetry),
        response: { 200: JobDetails, ...errorResponses(400, 401, 404, 409) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await retryJob({ pool, secrets }, caller, request.params.job, parseRetry(request.body));
      return detailsOf(caller, request.params.job);
    },
  );
  done();
};
