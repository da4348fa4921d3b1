import type { Command } from "commander";

/** One command, as shells complete it. */
export interface CompletedCommand {
  /** The words that lead to it, without `millrace`: "jobs submit"; empty for the program. */
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly name: string; readonly takesValue: boolean; readonly description: string }[];
  /** Values of its first argument, where it is one of a few. */
  readonly choices: readonly string[];
}

/** Every command of a program, the program first. */
export function listCommands(command: Command, path = ""): CompletedCommand[] {
  const subcommands = command.commands.filter((one) => one.name() !== "help");
  const children = subcommands.flatMap((one) => listCommands(one, `${path} ${one.name()}`.trim()));
  const own: CompletedCommand = {
    path,
    description: command.description(),
    subcommands: subcommands.map((one) => ({ name: one.name(), description: one.description() })),
    options: [
      ...command.options.map((option) => ({
        name: option.long ?? option.flags,
        takesValue: option.required || option.optional,
        description: option.description,
      })),
      { name: "--help", takesValue: false, description: "display help for command" },
    ],
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
  return [own, ...children];
}
