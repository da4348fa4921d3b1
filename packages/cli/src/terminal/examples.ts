import type { Command } from "commander";

/** Adds commands to the help of one, as people type them; a test runs them all. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`);
}
