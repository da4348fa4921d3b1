import type { JobProgress } from "@millrace/client";
import { MultiBar } from "cli-progress";
import type { Colors } from "picocolors/types.js";

export interface ProgressBars {
  /** Adds a bar; call the result with each news of the job. */
  add(name: string, total: number): (progress: Pick<JobProgress, "completed" | "failed">) => void;
  /** Leaves the bars as they stand and gives the terminal back. */
  stop(): void;
}

/** Bars that move in a terminal; elsewhere nothing is drawn. */
export function createProgressBars(stream: NodeJS.WriteStream, colors: Colors): ProgressBars {
  if (!stream.isTTY) return { add: () => () => {}, stop: () => {} };
  const bars = new MultiBar({
    stream,
    format: `  {name} ${colors.cyan("{bar}")} {value}/{total}{failures}`,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    // It would otherwise take Ctrl-C away from whoever has to clean up.
    gracefulExit: false,
    forceRedraw: true,
  });
  return {
    add(name, total) {
      const bar = bars.create(total, 0, { name: name.padEnd(10), failures: "" });
      return ({ completed, failed }) =>
        bar.update(completed + failed, { failures: failed === 0 ? "" : colors.red(`  ${failed} failed`) });
    },
    stop: () => bars.stop(),
  };
}
