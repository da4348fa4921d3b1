import type { MillraceClient, ResultLine } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { printNotice } from "../terminal/print.js";
import { printList } from "../terminal/table.js";
import { hasFailed, resultColumns } from "./format.js";

interface ResultsOptions extends ConnectionOptions, JsonOption {
  readonly failed?: boolean;
}

/** `millrace jobs results`. */
export function addResultsCommand(jobs: Command): void {
  withExamples(
    withJson(withConnection(jobs.command("results")))
      .description("Show a job's results and failures, as they are so far, in the order of submission")
      .argument("<job>", "the job's identifier")
      .option("--failed", "only the inputs that failed")
      .action((job: string, options: ResultsOptions) => showResults(connect(options), job, options)),
    "millrace jobs results <job>",
    "millrace jobs results <job> --failed",
    "millrace jobs results <job> --json > results.jsonl",
  );
}

/** Prints results as they arrive: however many there are, only a few are in memory. */
export async function showResults(
  client: MillraceClient,
  job: string,
  { json, failed = false }: JsonOption & { readonly failed?: boolean },
): Promise<void> {
  let failures = 0;
  async function* lines(): AsyncGenerator<ResultLine> {
    for await (const line of client.results.stream(job)) {
      if (hasFailed(line)) failures += 1;
      else if (failed) continue;
      yield line;
    }
  }
  const count = await printList(lines(), resultColumns, { json, empty: failed ? "No failures." : "No results yet." });
  if (failures > 0 && !failed && json !== true)
    printNotice(`${failures} of ${count} failed. Add --failed to see only them.`);
}
