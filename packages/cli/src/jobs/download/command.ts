import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../../connection/connection.js";
import { withExamples } from "../../terminal/examples.js";
import { withJson, type JsonOption } from "../../terminal/json-option.js";
import { print, printJson, printNotice } from "../../terminal/print.js";
import { printable } from "../../terminal/printable.js";
import { openProgress } from "../wait.js";

/** `millrace jobs download`. */
export function addDownloadCommand(jobs: Command): void {
  withExamples(
    withJson(withConnection(jobs.command("download")))
      .description("Write a job's results into a folder: results.jsonl, failures.jsonl, and outputs as files")
      .argument("<job>", "the job's identifier")
      .argument("<folder>", "folder to create, or to continue a download in")
      .action(download),
    "millrace jobs download <job> results",
  );
}

async function download(
  identifier: string,
  folder: string,
  { json, ...connection }: ConnectionOptions & JsonOption,
): Promise<void> {
  // Only this command needs it.
  const { downloadJob } = await import("./download-job.js");
  const client = connect(connection);
  const job = await client.jobs.get(identifier);
  const stopping = new AbortController();
  const progress = openProgress();
  const stop = () => {
    // Now, as a second signal ends the program at once.
    progress.stop();
    stopping.abort(new Error("Stopped."));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const counts = await downloadJob(client, job, folder, {
      signal: stopping.signal,
      onProgress: ({ results, failures, files }) =>
        progress.update(results + failures, job.total, `${failures} failed  ${files} files`),
    });
    progress.stop();
    const { results, failures, files } = counts;
    if (json === true) printJson({ folder, ...counts });
    else print(`${printable(folder)}: ${results} results, ${failures} failures, ${files} new files`);
    if (job.pending > 0) printNotice("The job goes on: run the same command again for the rest.");
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    printNotice("Stopped. Run the same command again to continue.");
    process.exit(130);
  } finally {
    progress.stop();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
