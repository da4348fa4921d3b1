// BullMQ on Redis with a job per input. Results are written in batches to a hash, before their jobs complete.
import { randomUUID } from "node:crypto";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { createFetchAndRun } from "../../end-to-end/fetch-and-run.js";
import type { Workload } from "../../end-to-end/workload.js";
import { createBatchedWriter } from "../batched-writer.js";
import { createCountdowns } from "../countdown.js";
import { bucketConnections, servePeer } from "../peer.js";
import type { Result } from "../postgres-results.js";
import { startRedis } from "../redis-server.js";

interface Payload {
  readonly run: string;
  readonly workload: Workload;
  readonly index: number;
}

servePeer(async ({ directory, endpoint }) => {
  const redis = await startRedis(directory);
  const connection = { path: redis.path, maxRetriesPerRequest: null };
  const client = new Redis(connection);
  const fetchAndRun = createFetchAndRun(endpoint, bucketConnections);
  const countdowns = createCountdowns();
  const write = createBatchedWriter<Result>(async (results) => {
    const pipeline = client.pipeline();
    for (const { run, name, result } of results) pipeline.hset(`results:${run}`, name, JSON.stringify(result));
    for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
  });
  const queue = new Queue<Payload>("inputs", { connection, defaultJobOptions: { removeOnComplete: true } });
  const worker = new Worker<Payload>(
    "inputs",
    async ({ data: { run, workload, index } }) => {
      const result = await fetchAndRun(workload, index);
      await write({ run, name: `input-${index}`, result });
      countdowns.finish(run);
    },
    { connection, concurrency: bucketConnections },
  );
  worker.on("error", (error) => console.error(error));
  await worker.waitUntilReady();
  return {
    storeVersion: `Redis ${redis.version}`,
    async run(workload) {
      const run = randomUUID();
      const done = countdowns.start(run, workload.inputCount);
      await queue.addBulk(
        Array.from({ length: workload.inputCount }, (_, index) => ({ name: "input", data: { run, workload, index } })),
      );
      await done;
      const found = await client.hgetall(`results:${run}`);
      return new Map(Object.entries(found).map(([name, result]) => [name, JSON.parse(result) as unknown]));
    },
    async close() {
      await worker.close();
      await queue.close();
      client.disconnect();
      await fetchAndRun.close();
      await redis.stop();
    },
  };
});
