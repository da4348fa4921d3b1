import type { JobProgress } from "@millrace/client";
import { MultiBar } from "cli-progress";
import type { Colors } from "picocolors/types.js";

export interface ProgressBars {
  /** Adds a bar; call the returned function with each update of the job. */
  add(name: string, total: number): (progress: Pick<JobProgress, "completed" | "failed">) => void;
  /** Stops drawing and leaves the bars on the screen. */
  stop(): void;
}

/** Progress bars in a terminal; elsewhere draws nothing. */
export function createProgressBars(stream: NodeJS.WriteStream, colors: Colors): ProgressBars {
  if (!stream.isTTY) return { add: () => () => {}, stop: () => {} };
  const bars = new MultiBar({
    stream,
    format: `  {name} ${colors.cyan("{bar}")} {value}/{total}{failures}`,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    // Otherwise it would handle Ctrl-C itself, before the clean-up.
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
