// graphile-worker with a task per 100 inputs, everything in one process: what a good engineer writes in an afternoon.
import { randomUUID } from "node:crypto";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pLimit from "p-limit";
import { createFetchAndRun } from "../../end-to-end/fetch-and-run.js";
import type { Workload } from "../../end-to-end/workload.js";
import { createCountdowns } from "../countdown.js";
import { bucketConnections, servePeer } from "../peer.js";
import { openPostgresResults } from "../postgres-results.js";

interface Payload {
  readonly run: string;
  readonly workload: Workload;
  readonly from: number;
  readonly count: number;
}

const inputsPerTask = 100;
// While one inserts, others fetch.
const tasksAtOnce = 4;

servePeer(async ({ directory, endpoint }) => {
  const database = await openPostgresResults(directory);
  const fetchAndRun = createFetchAndRun(endpoint, bucketConnections);
  const limit = pLimit(bucketConnections);
  const countdowns = createCountdowns();
  const logger = new Logger(() => () => {});
  const runner = await run({
    pgPool: database.pool,
    concurrency: tasksAtOnce,
    noHandleSignals: true,
    parsedCronItems: [],
    logger,
    preset: { worker: { localQueue: { size: tasksAtOnce }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      async inputs(payload) {
        const { run: name, workload, from, count } = payload as Payload;
        const results = await limit.map(Array.from({ length: count }), async (_, offset) => {
          const index = from + offset;
          return { run: name, name: `input-${index}`, result: await fetchAndRun(workload, index) };
        });
        await database.insert(results);
        countdowns.finish(name, count);
      },
    },
  });
  const tasks = await makeWorkerUtils({ pgPool: database.pool, logger });
  return {
    storeVersion: database.version,
    async run(workload) {
      const { inputCount } = workload;
      const name = randomUUID();
      const done = countdowns.start(name, inputCount);
      await tasks.addJobs(
        Array.from({ length: Math.ceil(inputCount / inputsPerTask) }, (_, task) => {
          const from = task * inputsPerTask;
          const count = Math.min(inputsPerTask, inputCount - from);
          return { identifier: "inputs", payload: { run: name, workload, from, count } satisfies Payload };
        }),
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
