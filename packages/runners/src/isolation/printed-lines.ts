import { StringDecoder } from "node:string_decoder";

// A line without end is not kept in memory.
const longestLine = 8_192;

/**
 * Puts what a model prints on lines that begin with its name, so that none of them can pass for a line of the server's log, whose
 * reader's terminal does nothing that a model wants, either.
 *
 * @param name without line ends.
 * @param write gets whole lines.
 */
export function createPrintedLines(
  name: string,
  write: (lines: string) => void,
): { add(piece: Buffer): void; end(): void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const show = (lines: readonly string[]) => {
    if (lines.length > 0) write(lines.map((line) => `${name}: ${withoutControls(line)}\n`).join(""));
  };
  return {
    add(piece) {
      const lines = (rest + decoder.write(piece)).split(/\r\n|\n/);
      rest = lines.pop() ?? "";
      if (rest.length > longestLine) {
        lines.push(rest);
        rest = "";
      }
      show(lines);
    },
    end() {
      show([rest + decoder.end()].filter((line) => line !== ""));
      rest = "";
    },
  };
}

/** Control characters but the tab, and what else some readers take for the end of a line, as JSON escapes them. */
function withoutControls(line: string): string {
  return line.replace(
    /[^\P{Cc}\t]|[\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
