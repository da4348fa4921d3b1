import { readFile } from "node:fs/promises";

/** One fenced block of a page. */
interface Block {
  readonly language: string;
  readonly text: string;
  /** Why nobody runs it; undefined: it is run. */
  readonly exemption: string | undefined;
}

/** The blocks of docs/<name>.md in their order. A comment `<!-- not run: reason -->` exempts the block after it. */
export async function blocksOf(name: string): Promise<Block[]> {
  const page = await readFile(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
  const fences = page.matchAll(/(?:^<!-- not run: (.+) -->\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, exemption, language = "", text = ""]) => ({ language, text, exemption }));
}

/**
 * A page as one script of bash that stops at the first command that fails: programs are written to the file that their first
 * comment names, and commands are run as they stand.
 */
export async function scriptOf(name: string): Promise<string> {
  const parts = (await blocksOf(name)).map(({ language, text, exemption }) => {
    if (exemption !== undefined) return "";
    if (language === "ts") return `cat > ${programName(text)} <<'END OF PROGRAM'\n${text}END OF PROGRAM\n`;
    return language === "sh" ? text : "";
  });
  // Nothing that a page starts outlives it.
  return `set -euxo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${parts.join("\n")}`;
}

function programName(text: string): string {
  const name = /^\/\/ ([\w-]+\.mts)/.exec(text)?.[1];
  if (name === undefined) throw new Error(`Begin this program with a comment that names its file:\n${text}`);
  return name;
}
