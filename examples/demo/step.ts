import type { Colors } from "picocolors/types.js";

export type Step = <Result>(doing: string, work: () => Promise<Result>) => Promise<Result>;

/** Prints one line per step: what is being done, then how long it took. */
export function createStep(stream: NodeJS.WriteStream, colors: Colors): Step {
  return async (doing, work) => {
    if (stream.isTTY) stream.write(`  ${colors.dim("…")} ${doing}`);
    const startedAt = performance.now();
    const finish = (mark: string) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      const startOfLine = stream.isTTY ? "\r\u001b[2K" : "";
      stream.write(`${startOfLine}  ${mark} ${doing} ${colors.dim(`${seconds} s`)}\n`);
    };
    try {
      const result = await work();
      finish(colors.green("✓"));
      return result;
    } catch (error) {
      finish(colors.red("✗"));
      throw error;
    }
  };
}
