import type { Command } from "commander";
import type { AwsOptions } from "../aws/options.js";
import type { S3Access } from "../aws/session.js";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { showJob } from "./control.js";
import { needsS3Access, retryAccess, withRetryAccess, type RetryOptions } from "./retry-access.js";

/** `millrace jobs retry`. */
export function addRetryCommand(jobs: Command): void {
  withExamples(
    withRetryAccess(withJson(withConnection(jobs.command("retry"))))
      .description("Retry the failed inputs of a finished job")
      .argument("<job>", "the job's identifier")
      .action(retry),
    "millrace jobs retry <job>",
  );
}

async function retry(job: string, options: ConnectionOptions & RetryOptions & JsonOption): Promise<void> {
  const { jobs } = connect(options);
  const access = await retryAccess(options, findS3Access);
  // Only the server knows whether the job needs credentials.
  const retried = await jobs.retryFailed(job, access).catch(async (error: unknown) => {
    if (access !== undefined || !needsS3Access(error)) throw error;
    return jobs.retryFailed(job, await findS3Access(options));
  });
  showJob(retried, options);
}

async function findS3Access(options: AwsOptions): Promise<S3Access> {
  const { openAws } = await import("../aws/session.js");
  const { access, client } = await openAws(options);
  client.destroy();
  return access;
}
