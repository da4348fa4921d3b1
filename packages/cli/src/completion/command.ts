import { Argument, type Command } from "commander";
import { withExamples } from "../terminal/examples.js";
import { print } from "../terminal/print.js";
import { bashCompletion } from "./bash.js";
import { listCommands } from "./command-tree.js";
import { fishCompletion } from "./fish.js";
import { zshCompletion } from "./zsh.js";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `millrace completion`: what a shell loads to complete commands and options. */
export function addCompletionCommand(program: Command): void {
  withExamples(
    program
      .command("completion")
      .description("Print what makes a shell complete commands and options")
      .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(shells)))
      .action((shell: keyof typeof shells) => print(shells[shell](listCommands(program)).trimEnd())),
    "millrace completion bash > ~/.local/share/bash-completion/completions/millrace",
    "millrace completion zsh > ~/.zsh/completions/_millrace",
    "millrace completion fish > ~/.config/fish/completions/millrace.fish",
  );
}
