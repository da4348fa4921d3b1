import type { Job, MillraceClient } from "@millrace/client";
import { printable } from "../terminal/printable.js";
import { Presets, SingleBar } from "cli-progress";

/** Shows a progress bar until a job ends; Ctrl-C stops watching, and the job continues. */
export async function waitWithBar(client: MillraceClient, job: string): Promise<Job> {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "{bar} {value} of {total}  {failed} failed  {status}  {duration_formatted}",
      hideCursor: true,
      // Without a terminal, prints a line now and then.
      noTTYOutput: true,
      notTTYSchedule: 10_000,
    },
    Presets.shades_classic,
  );
  bar.start(0, 0, { failed: 0, status: "" });
  try {
    return await client.jobs.waitUntilComplete(job, {
      onProgress: ({ completed, failed, total, status }) => {
        bar.setTotal(total);
        bar.update(completed + failed, { failed, status: printable(status) });
      },
    });
  } finally {
    bar.stop();
  }
}
