// pg-boss 10 with batches of 250, fetched and completed by loops of our own: its work() pauses for up to half a second between batches.
import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import PgBoss from "pg-boss";
import { createFetchAndRun } from "../../end-to-end/fetch-and-run.js";
import { bucketConnections, servePeer } from "../peer.js";
import { openPostgresResults } from "../postgres-results.js";

interface Payload {
  readonly run: string;
  readonly index: number;
}

const queue = "inputs";
const batchSize = 250;
// While one inserts and completes, others fetch.
const batchesAtOnce = 4;

servePeer(async ({ directory, endpoint }) => {
  const database = await openPostgresResults(directory);
  const fetchAndRun = createFetchAndRun(endpoint, bucketConnections);
  const limit = pLimit(bucketConnections);
  const boss = new PgBoss({ connectionString: database.connectionString, max: 10, schedule: false });
  let isClosing = false;
  // Its connections may still be closing when PostgreSQL stops.
  boss.on("error", (error) => {
    if (!isClosing) console.error(error);
  });
  await boss.start();
  await boss.createQueue(queue);
  return {
    storeVersion: database.version,
    async run(workload) {
      const name = randomUUID();
      await boss.insert(
        Array.from({ length: workload.inputCount }, (_, index) => ({
          name: queue,
          data: { run: name, index } satisfies Payload,
        })),
      );
      const work = async (): Promise<void> => {
        for (;;) {
          const jobs = await boss.fetch<Payload>(queue, { batchSize });
          if (jobs.length === 0) return;
          const results = await limit.map(jobs, async ({ data: { run, index } }) => ({
            run,
            name: `input-${index}`,
            result: await fetchAndRun(workload, index),
          }));
          await database.insert(results);
          await boss.complete(
            queue,
            jobs.map(({ id }) => id),
          );
        }
      };
      await Promise.all(Array.from({ length: batchesAtOnce }, work));
      return database.read(name);
    },
    async close() {
      isClosing = true;
      await boss.stop({ graceful: false });
      await fetchAndRun.close();
      await database.close();
    },
  };
});
