import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson } from "../terminal/print.js";
import { formatEvent } from "./format.js";

interface EventOptions extends ConnectionOptions, JsonOption {
  readonly inputs: boolean;
}

/** `millrace jobs events`. */
export function addEventsCommand(jobs: Command): void {
  withExamples(
    withJson(withConnection(jobs.command("events")))
      .description("Stream a job's events, one per line, until it ends")
      .argument("<job>", "the job's identifier")
      .option("--no-inputs", "omit events for finished inputs")
      .action(async (job: string, { inputs, json, ...connection }: EventOptions) => {
        for await (const event of connect(connection).jobs.events(job, { inputs }))
          if (json === true) printJson(event);
          else print(formatEvent(event));
      }),
    "millrace jobs events <job>",
    "millrace jobs events <job> --no-inputs --json",
  );
}
