import { TimeoutError } from "./errors.js";
import { sleep } from "./http/sleep.js";
import type { CallOptions } from "./http/transport.js";
import type { Job } from "./job.js";

/** How far a job is. */
export type JobProgress = Pick<Job, "status" | "total" | "completed" | "failed" | "pending">;

export interface WaitOptions {
  /** Called with every answer of the server that shows a change, and once at the end. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Gives up waiting; the job goes on. */
  readonly signal?: AbortSignal;
  /** Gives up waiting after so many milliseconds; never by default. */
  readonly timeoutMs?: number;
  /** Longest pause between two looks in milliseconds, 2,000 by default; a pause is at most a tenth of the time waited so far. */
  readonly pollIntervalMs?: number;
}

// Short jobs are noticed at once, and nobody waits more than a tenth longer than their job takes.
const shortestPauseMs = 20;
const pauseShare = 0.1;

/** @internal Polls until a job has ended. */
export async function waitUntilComplete(
  jobIdentifier: string,
  poll: (options: CallOptions) => Promise<Job>,
  getWhole: (options: CallOptions) => Promise<Job>,
  { onProgress, signal, timeoutMs, pollIntervalMs = 2_000 }: WaitOptions,
): Promise<Job> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
  let shown = "";
  const startedAt = performance.now();
  try {
    for (;;) {
      const { status, total, completed, failed, pending } = await poll({ signal: either });
      const progress = { status, total, completed, failed, pending };
      if (JSON.stringify(progress) !== shown) onProgress?.(progress);
      shown = JSON.stringify(progress);
      // An open job waits for uploads that nobody may ever make, so it is not waited for.
      if (status !== "SUBMITTED" && status !== "IN_PROGRESS") return await getWhole({ signal: either });
      const waitedMs = performance.now() - startedAt;
      await sleep(Math.min(pollIntervalMs, Math.max(shortestPauseMs, waitedMs * pauseShare)), either);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!timeout?.aborted) throw error;
    throw new TimeoutError(
      `Job ${jobIdentifier} has not ended within ${timeoutMs} ms. It goes on running on the server: wait for it again, or cancel it.`,
    );
  }
}
