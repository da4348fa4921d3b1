import { JobDetails, JobPriorityChange, JobRetry } from "@millrace/contract";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Pool } from "pg";
import Type from "typebox";
import { changePriority } from "../../jobs/change-priority.js";
import { parseRetry } from "../../jobs/parse-submission.js";
import { pauseJob, resumeJob } from "../../jobs/pause-job.js";
import { retryJob } from "../../jobs/retry-job.js";
import type { JobChanges } from "../../jobs/job-changes.js";
import type { SecretBox } from "../../storage/secret-box.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { written } from "../json-text-response.js";

const JobPath = Type.Object({ job: Type.String() });

/** Pause, resume, retry and prioritize jobs. */
export const jobControlRoutes: FastifyPluginCallbackTypebox<{
  pool: Pool;
  secrets: SecretBox;
  changes: JobChanges;
}> = (app, parts, done) => {
  app.post(
    "/jobs/:job/pause",
    {
      schema: {
        summary: "Pause a job",
        description: "Workers stop starting the job's inputs within a second. Its time limit keeps running.",
        tags: ["jobs"],
        params: JobPath,
        response: { 200: written(JobDetails), ...errorResponses(401, 404, 409) },
      },
    },
    (request) => pauseJob(parts, callerOf(request), request.params.job),
  );

  app.post(
    "/jobs/:job/resume",
    {
      schema: {
        summary: "Resume a paused job",
        tags: ["jobs"],
        params: JobPath,
        response: { 200: written(JobDetails), ...errorResponses(401, 404, 409) },
      },
    },
    (request) => resumeJob(parts, callerOf(request), request.params.job),
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
        response: { 200: written(JobDetails), ...errorResponses(400, 401, 404, 409) },
      },
    },
    (request) => changePriority(parts.pool, callerOf(request), request.params.job, request.body),
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
        response: { 200: written(JobDetails), ...errorResponses(400, 401, 404, 409) },
      },
    },
    (request) => retryJob(parts, callerOf(request), request.params.job, parseRetry(request.body)),
  );
  done();
};
