import type { Job } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { printJson } from "../terminal/print.js";
import { waitWithBar } from "./wait.js";

/** The exit status of a command that waited for a job that had failed inputs or did not complete. */
const incompleteStatus = 3;

/** `millrace jobs watch`. */
export function addWatchCommand(jobs: Command): void {
  withExamples(
    withJson(withConnection(jobs.command("watch")))
      .alias("wait")
      .description("Show a progress bar until a job ends; exits with 3 unless every input succeeded")
      .argument("<job>", "the job's identifier")
      .action(async (job: string, { json, ...connection }: ConnectionOptions & JsonOption) => {
        const ended = await waitWithBar(connect(connection), job);
        // Names of inputs may be a million: jobs results has them, too.
        const { jobInputs: _jobInputs, ...summary } = ended;
        if (json === true) printJson(summary);
        setExitStatus(ended);
      }),
    "millrace jobs watch <job>",
  );
}

/** Tells scripts whether every input of a job succeeded. */
export function setExitStatus({ status, failed }: Job): void {
  if (status !== "COMPLETED" || failed > 0) process.exitCode = incompleteStatus;
}
