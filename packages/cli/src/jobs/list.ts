import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { countLimit } from "../terminal/parse-numbers.js";
import { printList } from "../terminal/table.js";
import { take } from "../terminal/take.js";
import { jobColumns } from "./format.js";

interface ListOptions extends ConnectionOptions, JsonOption {
  readonly status?: string;
  readonly model?: string;
  readonly limit: number;
}

/** `millrace jobs list`. */
export function addListCommand(jobs: Command): void {
  withExamples(
    withJson(withConnection(jobs.command("list")))
      .description("List jobs, newest first")
      .option("--status <status>", "comma-separated statuses: PENDING, TERMINATED, COMPLETED, ...")
      .option("--model <name>", "only jobs of models with this in their name, or of this identifier")
      .option("--limit <number>", "maximum number of jobs; 0 for all", countLimit, 20)
      .action(async ({ status, model, limit, json, ...connection }: ListOptions) => {
        const pageSize = limit === 0 ? 100 : Math.min(100, limit);
        const filter = { pageSize, ...(status && { status }), ...(model && { model }) };
        await printList(take(connect(connection).jobs.history(filter), limit), jobColumns, { json, empty: "No jobs." });
      }),
    "millrace jobs list",
    "millrace jobs list --status PENDING --limit 5",
    "millrace jobs list --json",
  );
}
