import type { CompletedCommand } from "./command-tree.js";

/** Completion for fish 3 and later, with descriptions. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return `# fish completion for millrace
function __millrace_at
  set -l at
  for word in (commandline -opc)[2..-1]
    switch (string join -- ' ' $at $word)
      case ${paths.join(" ")}
        set -a at $word
    end
  end
  test "$at" = "$argv[1]"
end
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, subcommands, options, choices }: CompletedCommand): string[] {
  const start = `complete -c millrace -n ${quote(`__millrace_at ${quote(path)}`)}`;
  const names = [...subcommands, ...choices.map((name) => ({ name, description: "" }))];
  return [
    ...names.map(({ name, description }) => `${start} -f -a ${quote(name)} -d ${quote(description)}`),
    ...options.map(
      ({ name, takesValue, description }) =>
        `${start} -l ${quote(name.replace(/^--/, ""))}${takesValue ? " -r" : ""} -d ${quote(description)}`,
    ),
  ];
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
