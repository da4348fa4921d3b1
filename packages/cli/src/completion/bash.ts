import type { CompletedCommand } from "./command-tree.js";
import { quote } from "./quote.js";

/** Completion for bash 3.2 and later, without the package bash-completion. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => `'${path}'`);
  return `# bash completion for millrace
_millrace() {
  local word path='' i words='' current="\${COMP_WORDS[COMP_CWORD]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
      ${paths.join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${commands.map(caseOf).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -o bashdefault -F _millrace millrace
`;
}

function caseOf({ path, subcommands, options, choices }: CompletedCommand): string {
  const words = [...subcommands.map(({ name }) => name), ...choices].join(" ");
  const flags = options.map(({ name }) => name).join(" ");
  return `    ${quote(path)})
      if [[ "$current" == -* ]]; then words=${quote(flags)}; else words=${quote(words)}; fi
      ;;`;
}
