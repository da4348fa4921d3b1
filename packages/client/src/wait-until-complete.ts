import { TimeoutError } from "./errors.js";
import type { JobEvent } from "./job-events.js";
import { sleep } from "./http/sleep.js";
import type { CallOptions } from "./http/transport.js";
import type { Job } from "./job.js";

/** How far a job is. */
export type JobProgress = Pick<Job, "status" | "total" | "completed" | "failed" | "pending">;

export interface WaitOptions {
  /** Called with every news of the server, and once at the end. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Gives up waiting; the job goes on. */
  readonly signal?: AbortSignal;
  /** Gives up waiting after so many milliseconds; never by default. */
  readonly timeoutMs?: number;
  /**
   * Where the server sends no events: longest pause between two looks in milliseconds, 2,000 by default; a pause is at
   * most a tenth of the time waited so far.
   */
  readonly pollIntervalMs?: number;
}

/** @internal The ways to learn about a job. */
export interface JobSource {
  readonly events: (signal: AbortSignal) => AsyncGenerator<JobEvent>;
  /** The job, its inputs left out. */
  readonly poll: (options: CallOptions) => Promise<Job>;
  readonly getWhole: (options: CallOptions) => Promise<Job>;
}

// Short jobs are noticed at once, and nobody waits more than a tenth longer than their job takes.
const shortestPauseMs = 20;
const pauseShare = 0.1;

/** @internal Waits until a job has ended: told by the server's events, or by looking again and again where it has none. */
export async function waitUntilComplete(
  jobIdentifier: string,
  source: JobSource,
  { onProgress, signal, timeoutMs, pollIntervalMs = 2_000 }: WaitOptions,
): Promise<Job> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
  let shown = "";
  const show = ({ status, total, completed, failed, pending }: JobProgress) => {
    const progress = { status, total, completed, failed, pending };
    if (JSON.stringify(progress) !== shown) onProgress?.(progress);
    shown = JSON.stringify(progress);
  };
  try {
    const first = await source.poll({ signal: either });
    show(first);
    if (isRunning(first)) {
      // Whatever is wrong with the events, polling works or says better what it is.
      await followEvents(source.events(either), first, show).catch(() => either.throwIfAborted());
      await pollUntilEnded(source, either, pollIntervalMs, show);
    }
    return await source.getWhole({ signal: either });
  } catch (error) {
    signal?.throwIfAborted();
    if (!timeout?.aborted) throw error;
    throw new TimeoutError(
      `Job ${jobIdentifier} has not ended within ${timeoutMs} ms. It goes on running on the server: wait for it again, or cancel it.`,
    );
  }
}

/** An open job waits for uploads that nobody may ever make, so it is not waited for. */
function isRunning({ status }: Pick<Job, "status">): boolean {
  return status === "SUBMITTED" || status === "IN_PROGRESS";
}

async function followEvents(
  events: AsyncGenerator<JobEvent>,
  first: JobProgress,
  show: (progress: JobProgress) => void,
): Promise<void> {
  let progress = first;
  for await (const event of events) {
    if (event.type === "input") continue;
    progress = { ...progress, ...event };
    show(progress);
    if (!isRunning(progress)) return;
  }
}

async function pollUntilEnded(
  { poll }: JobSource,
  signal: AbortSignal,
  pollIntervalMs: number,
  show: (progress: JobProgress) => void,
): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const job = await poll({ signal });
    show(job);
    if (!isRunning(job)) return;
    const waitedMs = performance.now() - startedAt;
    await sleep(Math.min(pollIntervalMs, Math.max(shortestPauseMs, waitedMs * pauseShare)), signal);
  }
}
