import { StringDecoder } from "node:string_decoder";

// A line without end is not kept in memory.
const longestLine = 8_192;
// For one engine: at most 340 MiB a day, whatever it prints.
const burstCharacters = 2 ** 18;
const charactersPerSecond = 2 ** 12;

/**
 * Puts what a model prints on lines that begin with its name, so that none of them can pass for a line of the server's log, whose
 * reader's terminal does nothing that a model wants, either. A model that prints more than 256 Ki characters at once and then 4 Ki a
 * second loses lines; a line says how much.
 *
 * @param name without line ends.
 * @param write gets whole lines.
 * @param now milliseconds, for tests.
 */
export function createPrintedLines(
  name: string,
  write: (lines: string) => void,
  now: () => number = () => performance.now(),
): { add(piece: Buffer): void; end(): void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let allowance = burstCharacters;
  let refilledAt = now();
  let dropped = 0;
  const tellDropped = () => {
    const told = dropped > 0 ? `${name}: (${dropped} characters more were printed too fast to be logged)\n` : "";
    dropped = 0;
    return told;
  };
  const show = (lines: readonly string[]) => {
    allowance = Math.min(burstCharacters, allowance + ((now() - refilledAt) / 1_000) * charactersPerSecond);
    refilledAt = now();
    let shown = "";
    for (const line of lines) {
      const whole = `${name}: ${withoutControls(line)}\n`;
      // Report dropped lines only once there is room for more output.
      if (whole.length > allowance || (dropped > 0 && allowance < longestLine)) dropped += line.length;
      else {
        shown += tellDropped() + whole;
        allowance -= whole.length;
      }
    }
    if (shown !== "") write(shown);
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
      const told = tellDropped();
      if (told !== "") write(told);
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
