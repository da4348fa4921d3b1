import type { Command } from "commander";

/** What every command that prints an answer takes. */
export interface JsonOption {
  readonly json?: boolean;
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option("--json", "print JSON, one line for each item");
}
