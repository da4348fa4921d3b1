import type { Job, MillraceClient } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { wholeNumber } from "../terminal/parse-numbers.js";
import { print, printJson } from "../terminal/print.js";
import { formatJob } from "./format.js";

/** `millrace jobs show`, `cancel`, `pause`, `resume` and `priority`: they print the job as it is then. */
export function addControlCommands(jobs: Command): void {
  for (const [name, description, action] of [
    ["show", "Show a job", (client, job) => client.jobs.get(job)],
    ["cancel", "Cancel a job and keep its finished results", (client, job) => client.jobs.cancel(job)],
    ["pause", "Pause a job", (client, job) => client.jobs.pause(job)],
    ["resume", "Resume a paused job", (client, job) => client.jobs.resume(job)],
  ] satisfies [string, string, (client: MillraceClient, job: string) => Promise<Job>][])
    withExamples(
      withJson(withConnection(jobs.command(name)))
        .description(description)
        .argument("<job>", "the job's identifier")
        .action(async (job: string, options: ConnectionOptions & JsonOption) =>
          showJob(await action(connect(options), job), options),
        ),
      `millrace jobs ${name} <job>`,
    );

  withExamples(
    withJson(withConnection(jobs.command("priority")))
      .description("Change a job's priority")
      .argument("<job>", "the job's identifier")
      .argument("<number>", "from -10 to 10; higher runs first", wholeNumber)
      .action(async (job: string, priority: number, options: ConnectionOptions & JsonOption) =>
        showJob(await connect(options).jobs.setPriority(job, priority), options),
      ),
    "millrace jobs priority <job> 7",
  );
}

/** Prints a job. */
export function showJob(job: Job, { json }: JsonOption): void {
  if (json === true) printJson(job);
  else print(formatJob(job));
}
