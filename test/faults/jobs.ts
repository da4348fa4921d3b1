import { MillraceClient } from "@millrace/client";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.js";

/** A job that the server said it has. */
export interface AcceptedJob {
  readonly identifier: string;
  readonly total: number;
  /** Inputs that must fail: their objects are not there. */
  readonly missing: number;
}

/** Submits jobs of several kinds, one after another, until it is told to stop. A submission that fails is tried again with its key. */
export async function submitJobs(cluster: Cluster, random: () => number, signal: AbortSignal): Promise<AcceptedJob[]> {
  const client = new MillraceClient({ baseUrl: cluster.url, apiKey: cluster.apiKey, maximumRetries: 20 });
  const accepted: AcceptedJob[] = [];
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
  return accepted;
}
