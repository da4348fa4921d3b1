import { ConflictError, MillraceClient } from "@millrace/client";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.js";

/** A job that the server said it has. */
export interface AcceptedJob {
  readonly identifier: string;
  readonly total: number;
  /** Inputs that must fail: their objects are not there. */
  readonly missing: number;
}

const createClient = (cluster: Cluster) =>
  new MillraceClient({ baseUrl: cluster.url, apiKey: cluster.apiKey, maximumRetries: 20 });

const access = { accessKeyID: "test", secretAccessKey: "faults-secret-access-key", region: "us-east-1" };

/**
 * Pauses and resumes jobs at random, changes their priority, and cancels and retries them, until it is told to stop; then sees to it that
 * none is left paused or cancelled.
 */
export async function steerJobs(
  cluster: Cluster,
  accepted: readonly AcceptedJob[],
  random: () => number,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const client = createClient(cluster);
  const counts = new Map<string, number>();
  /** Jobs that must not be left as they are. */
  const owed = new Map<string, () => Promise<unknown>>();
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      // It had ended, or had all its results, before it was steered.
      if (error instanceof ConflictError) return true;
      console.log(`  (steering: ${(error as Error).message})`);
      return false;
    }
  };
  const turns: [name: string, first: (job: string) => Promise<unknown>, then: (job: string) => Promise<unknown>][] = [
    ["pause, resume", (job) => client.jobs.pause(job), (job) => client.jobs.resume(job)],
    ["cancel, retry", (job) => client.jobs.cancel(job), (job) => client.jobs.retryFailed(job, access)],
    ["priority", (job) => client.jobs.setPriority(job, 5), (job) => client.jobs.setPriority(job, 0)],
  ];
  while (!signal.aborted) {
    await delay(random() * 1_000);
    const recent = accepted.slice(-3);
    const job = recent[Math.floor(random() * recent.length)]?.identifier;
    const turn = turns[Math.floor(random() * turns.length)];
    if (job === undefined || turn === undefined) continue;
    const [name, first, then] = turn;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    owed.set(job, () => then(job));
    await attempt(() => first(job));
    await delay(random() * 1_500);
    if (await attempt(() => then(job))) owed.delete(job);
  }
  for (const then of owed.values()) while (!(await attempt(then))) await delay(500);
  // A call that got no answer may have come through all the same.
  for (const { identifier } of accepted) {
    const { status, paused } = await client.jobs.get(identifier);
    if (status === "CANCELED") await attempt(() => client.jobs.retryFailed(identifier, access));
    if (paused) await attempt(() => client.jobs.resume(identifier));
  }
  return counts;
}

/**
 * Submits jobs of several kinds, one after another, until it is told to stop. A submission that fails is tried again with its key.
 *
 * @param accepted is filled.
 */
export async function submitJobs(
  cluster: Cluster,
  accepted: AcceptedJob[],
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const client = createClient(cluster);
  while (!signal.aborted) {
    const total = 1 + Math.floor(random() * 400);
    const missing = Math.floor(random() * 3);
    const isS3 = random() < 0.6;
    const key = `faults-${accepted.length}-${total}`;
    try {
      const job = isS3
        ? await client.jobs.submitAwsS3(
            "c0ffee0000",
            "1.0.0",
            Object.fromEntries(
              Array.from({ length: total }, (_, index) => {
                const object = index < missing ? `none-${index}` : `object-${index % cluster.objectCount}`;
                return [`input-${index}`, { input: { bucket: cluster.bucket, key: object } }];
              }),
            ),
            "test",
            "faults-secret-access-key",
            "us-east-1",
            false,
            { idempotencyKey: key },
          )
        : await client.jobs.submitText(
            "ed542963de",
            "0.0.27",
            Object.fromEntries(
              Array.from({ length: total }, (_, index) => [`input-${index}`, { "input.txt": `a good day ${index}` }]),
            ),
            false,
            { idempotencyKey: key },
          );
      accepted.push({ identifier: job.jobIdentifier, total, missing: isS3 ? Math.min(missing, total) : 0 });
    } catch (error) {
      console.log(`  (submission: ${(error as Error).message})`);
    }
    await delay(random() * 400);
  }
}
