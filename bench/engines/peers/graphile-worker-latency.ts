// graphile-worker alone, as it comes: how long after addJob a listener hears that a task's result is a row. A question is a count of tasks.
import { randomUUID } from "node:crypto";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { serveQuestions } from "../peer.js";
import { openPostgresResults } from "../postgres-results.js";

const channel = "result";

serveQuestions<{ readonly count: number }>(async ({ directory }) => {
  const database = await openPostgresResults(directory);
  const logger = new Logger(() => () => {});
  const runner = await run({
    pgPool: database.pool,
    concurrency: 10,
    noHandleSignals: true,
    parsedCronItems: [],
    logger,
    preset: {},
    taskList: {
      async text(payload, { withPgClient }) {
        const { name, text } = payload as { name: string; text: string };
        await withPgClient((client) =>
          client.query({
            name: "insert-result",
            text: "WITH kept AS (INSERT INTO results VALUES ('', $1, $2) RETURNING name) SELECT pg_notify($3, name) FROM kept",
            values: [name, JSON.stringify({ sizeBytes: Buffer.byteLength(text) }), channel],
          }),
        );
      },
    },
  });
  const tasks = await makeWorkerUtils({ pgPool: database.pool, logger });
  const listener = await database.pool.connect();
  await listener.query(`LISTEN ${channel}`);
  const heard = new Map<string, () => void>();
  listener.on("notification", ({ payload = "" }) => heard.get(payload)?.());
  const measureOne = async () => {
    const name = randomUUID();
    const startedAt = performance.now();
    const known = new Promise<void>((resolve) => heard.set(name, resolve));
    await tasks.addJob("text", { name, text: "So says the bench." });
    await known;
    heard.delete(name);
    return performance.now() - startedAt;
  };
  return {
    storeVersion: database.version,
    async answer({ count }) {
      const times: number[] = [];
      while (times.length < count) times.push(await measureOne());
      return times;
    },
    async close() {
      listener.release(true);
      await tasks.release();
      await runner.stop();
      await database.close();
    },
  };
});
