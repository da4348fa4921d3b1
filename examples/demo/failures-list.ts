import type { InputFailure } from "@millrace/contract";
import type { Colors } from "picocolors/types.js";

/** One entry per failed input: its name and error message, wrapped to the width. */
export function formatFailures(
  failures: Readonly<Record<string, Pick<InputFailure, "error">>>,
  { colors, width }: { colors: Colors; width: number },
): string[] {
  const entries = Object.entries(failures);
  const nameWidth = Math.max(0, ...entries.map(([name]) => name.length));
  const indent = nameWidth + 6;
  return entries.flatMap(([name, { error }]) =>
    wrap(error, width - indent).map((line, index) =>
      index === 0 ? `  ${colors.red("✗")} ${name.padEnd(nameWidth)}  ${line}` : " ".repeat(indent) + line,
    ),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
