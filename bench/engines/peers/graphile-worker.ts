// graphile-worker with a task per input. Tasks are fetched and completed in batches, results inserted in batches, before their tasks complete.
import { randomUUID } from "node:crypto";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { createFetchAndRun } from "../../end-to-end/fetch-and-run.js";
import type { Workload } from "../../end-to-end/workload.js";
import { createBatchedWriter } from "../batched-writer.js";
import { createCountdowns } from "../countdown.js";
import { bucketConnections, servePeer } from "../peer.js";
import { openPostgresResults, type Result } from "../postgres-results.js";

interface Payload {
  readonly run: string;
  readonly workload: Workload;
  readonly index: number;
}

servePeer(async ({ directory, endpoint }) => {
  const database = await openPostgresResults(directory);
  const fetchAndRun = createFetchAndRun(endpoint, bucketConnections);
  const countdowns = createCountdowns();
  const insert = createBatchedWriter<Result>((results) => database.insert(results));
  const logger = new Logger(() => () => {});
  const runner = await run({
    pgPool: database.pool,
    concurrency: bucketConnections,
    noHandleSignals: true,
    parsedCronItems: [],
    logger,
    preset: {
      worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
    taskList: {
      async input(payload) {
        const { run: name, workload, index } = payload as Payload;
        const result = await fetchAndRun(workload, index);
        await insert({ run: name, name: `input-${index}`, result });
        countdowns.finish(name);
      },
    },
  });
  const tasks = await makeWorkerUtils({ pgPool: database.pool, logger });
  return {
    storeVersion: database.version,
    async run(workload) {
      const name = randomUUID();
      const done = countdowns.start(name, workload.inputCount);
      await tasks.addJobs(
        Array.from({ length: workload.inputCount }, (_, index) => ({
          identifier: "input",
          payload: { run: name, workload, index } satisfies Payload,
        })),
      );
      await done;
      return database.read(name);
    },
    async close() {
      await tasks.release();
      await runner.stop();
      await fetchAndRun.close();
      await database.close();
    },
  };
});
