import type { CompletedCommand } from "./command-tree.js";
import { quote } from "./quote.js";

/** Completion for zsh, with descriptions. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return `#compdef millrace
_millrace() {
  local word at=''
  local -a names flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      ${paths.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${commands.map(caseOf).join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -t options option flags
  elif (( \${#names} )); then
    _describe -t commands command names
  else
    _files
  fi
}
compdef _millrace millrace
`;
}

function caseOf({ path, subcommands, options, choices }: CompletedCommand): string {
  const names = [...subcommands, ...choices.map((name) => ({ name, description: "" }))].map(describe).join(" ");
  return `    ${quote(path)})
      names=(${names})
      flags=(${options.map(describe).join(" ")})
      ;;`;
}

function describe({ name, description }: { readonly name: string; readonly description: string }): string {
  return quote(description === "" ? name : `${name}:${description.replaceAll(":", String.raw`\:`)}`);
}
