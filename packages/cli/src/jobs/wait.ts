import type { Job, JobProgress, MillraceClient } from "@millrace/client";
import { Presets, SingleBar } from "cli-progress";
import { movesCursor } from "../terminal/colors.js";
import { printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";

const plainIntervalMs = 10_000;
/** Of the line, what the bar leaves to the words after it. */
const wordColumns = 50;

/** What shows how far something is. */
interface ProgressDisplay {
  update(done: number, total: number, words: string): void;
  stop(): void;
}

/**
 * Shows a progress bar until a job ends. Ctrl-C stops watching: it says that the job goes on and how to watch it, and exits with 130.
 */
export async function waitWithBar(client: MillraceClient, job: string): Promise<Job> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const progress = openProgress();
  try {
    return await client.jobs.waitUntilComplete(job, {
      signal: stopping.signal,
      onProgress: ({ completed, failed, total, status }: JobProgress) =>
        progress.update(completed + failed, total, `${failed} failed  ${printable(status)}`),
    });
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    progress.stop();
    const name = printable(job);
    printNotice(
      `The job goes on. Watch it with: millrace jobs watch ${name}\nCancel it with: millrace jobs cancel ${name}`,
    );
    process.exit(130);
  } finally {
    progress.stop();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** A bar on a terminal; a line now and then elsewhere, or where escape codes are not wanted. */
export function openProgress(): ProgressDisplay {
  return movesCursor(process.stderr) ? openBar() : openLines();
}

function openBar(): ProgressDisplay {
  const columns = process.stderr.columns || 80;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "{bar} {words}  {duration_formatted}",
      barsize: Math.max(5, Math.min(40, columns - wordColumns)),
      hideCursor: true,
      // Its own handler would end the program.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0, { words: "" });
  return {
    update(done, total, words) {
      // Of nothing, which is also what a folder has until it is listed, it would draw all.
      bar.setTotal(Math.max(1, total));
      bar.update(done, { words: `${done} of ${total}  ${words}` });
    },
    stop: () => bar.stop(),
  };
}

function openLines(): ProgressDisplay {
  let line = "";
  const timer = setInterval(() => line && printNotice(line), plainIntervalMs);
  return {
    update: (done, total, words) => void (line = `${done} of ${total}  ${words}`),
    stop: () => clearInterval(timer),
  };
}
