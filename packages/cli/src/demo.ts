import type { Command } from "commander";

/** `millrace demo`: the demo parses its own arguments, as it also runs without this program. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("Run real models over real files on this machine, show the results and clean up")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      process.argv.splice(2, 1);
      await import("@millrace/demo");
    });
}
