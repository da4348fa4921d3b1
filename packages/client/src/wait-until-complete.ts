import { TimeoutError } from "./errors.js";
import type { JobEvent } from "./job-events.js";
import { openDeadline } from "./http/deadline.js";
import { isTransient, untilAnswered } from "./http/retry.js";
import { sleep } from "./http/sleep.js";
import type { CallOptions } from "./http/transport.js";
import type { Job } from "./job.js";
import { isRunning } from "./job-status.js";

/** How far a job is. */
export type JobProgress = Pick<Job, "status" | "total" | "completed" | "failed" | "pending">;

export interface WaitOptions {
  /** Called with every news of the server, and once at the end. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Stops waiting; the job continues. */
  readonly signal?: AbortSignal;
  /** Stops waiting after this many milliseconds; never by default. */
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

// Notices short jobs at once, and adds at most a tenth to a job's duration.
const shortestPauseMs = 20;
const pauseShare = 0.1;

// If events do not get through, stop requesting them.
const maximumFailures = 3;
const pauseAfterFailureMs = 1_000;

/**
 * @internal Waits until a job has ended: told by the server's events, or by looking again and again where it has none. A server that
 * is away is waited for.
 */
export async function waitUntilComplete(
  jobIdentifier: string,
  source: JobSource,
  { onProgress, signal, timeoutMs, pollIntervalMs = 2_000 }: WaitOptions,
): Promise<Job> {
  const { signal: ended, set, close } = openDeadline(signal);
  set(
    timeoutMs,
    new TimeoutError(
      `Job ${jobIdentifier} has not ended within ${timeoutMs} ms. It is still running on the server: wait again or cancel it.`,
    ),
  );
  let shown = "";
  const show = ({ status, total, completed, failed, pending }: JobProgress) => {
    const progress = { status, total, completed, failed, pending };
    if (JSON.stringify(progress) !== shown) onProgress?.(progress);
    shown = JSON.stringify(progress);
  };
  const startedAt = performance.now();
  let failures = 0;
  try {
    for (;;) {
      const job = await untilAnswered(() => source.poll({ signal: ended }), ended);
      show(job);
      if (!isRunning(job.status)) break;
      if (failures < maximumFailures) {
        const outcome = await followEvents(source.events(ended), job, show);
        ended.throwIfAborted();
        if (outcome === "ended") break;
        failures = outcome === "broken" ? 0 : outcome === "silent" ? failures + 1 : maximumFailures;
        if (outcome !== "refused") await sleep(pauseAfterFailureMs, ended);
      } else {
        const waitedMs = performance.now() - startedAt;
        await sleep(Math.min(pollIntervalMs, Math.max(shortestPauseMs, waitedMs * pauseShare)), ended);
      }
    }
    return await untilAnswered(() => source.getWhole({ signal: ended }), ended);
  } catch (error) {
    ended.throwIfAborted();
    throw error;
  } finally {
    close();
  }
}

/** @returns whether the job ended, or the events broke off, never came, or are not available. */
async function followEvents(
  events: AsyncGenerator<JobEvent>,
  first: JobProgress,
  show: (progress: JobProgress) => void,
): Promise<"ended" | "broken" | "silent" | "refused"> {
  let progress = first;
  let hasCome = false;
  try {
    for await (const event of events) {
      hasCome = true;
      if (event.type === "input") continue;
      progress = { ...progress, ...event };
      show(progress);
      if (!isRunning(progress.status)) return "ended";
    }
    return "broken";
  } catch (error) {
    // If events fail, polling works or reports the problem better.
    if (!isTransient(error)) return "refused";
    return hasCome ? "broken" : "silent";
  }
}
