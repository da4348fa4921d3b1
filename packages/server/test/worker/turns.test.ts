import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { watchModelOutput } from "../support/model-output.js";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const texts = (count: number, text: string) => ({
  type: "text",
  sources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`input-${index}`, { input: text }])),
});

it("a small job runs next after a large job's current batch on the same slow model, and the large job loses nothing", async () => {
  const modelsDirectory = await mkdtemp(join(tmpdir(), "millrace-models-"));
  closers.push(() => rm(modelsDirectory, { recursive: true, force: true }));
  const bundled = fileURLToPath(new URL("../../../../models/no-op", import.meta.url));
  await cp(bundled, join(modelsDirectory, "no-op"), { recursive: true });
  const folder = join(modelsDirectory, "no-op/1.0.0");
  const yaml = await readFile(join(folder, "model.yaml"), "utf8");
  await writeFile(
    join(folder, "model.yaml"),
    yaml.replace("maxBatchSize: 100", "maxBatchSize: 1").replace("run: 60s", "run: 10m"),
  );
  // Prints every input, and answers as many as the test allows.
  const allowed = join(folder, "allowed");
  const allow = (count: number) => writeFile(allowed, "x".repeat(count));
  await allow(0);
  await writeFile(
    join(folder, "model.mjs"),
    `import { statSync } from "node:fs";
     let place = 0;
     export const load = () => ({ run: async ([{ input }]) => {
       console.log("ran " + Buffer.from(input));
       const own = (place += 1);
       while (statSync(${JSON.stringify(allowed)}).size < own) await new Promise((resolve) => setTimeout(resolve, 10));
       return [{ "results.json": 1 }];
     } });`,
  );
  const printed = watchModelOutput();
  const runs = () => [...printed().matchAll(/^ran ([ls])$/gm)].map(([, text]) => text).join("");
  const server = await startTestServer({ modelsDirectory, turnMs: 1 });
  closers.push(() => server.close());
  const database = new pg.Client(server.databaseUrl);
  await database.connect();
  closers.push(() => database.end());
  const path = `/models/${noOp.identifier}/versions/${noOp.version}`;
  await server.call("PATCH", path, { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 1 } });
  // Chunks of 25.
  const large = await server.submit({ model: noOp, input: texts(320, "l") });
  await expect.poll(runs).toMatch(/^l/);
  const small = await server.submit({ model: noOp, input: texts(1, "s") });
  const first = async () =>
    (await database.query("SELECT locked_by IS NOT NULL AS is_taken FROM millrace_queue.jobs WHERE run_at = 'epoch'"))
      .rows as unknown;
  await expect.poll(first).toEqual([{ is_taken: false }]);
  // Fewer than a chunk has: what is in hand is run to its end, then the small job has its turn.
  await allow(8);
  await expect.poll(first).toEqual([{ is_taken: true }]);
  await allow(1_000);
  expect(await server.waitForEnd(small.jobIdentifier)).toMatchObject({ completed: 1 });
  expect(await server.waitForEnd(large.jobIdentifier)).toMatchObject({ completed: 320, failed: 0 });
  await expect.poll(runs).toHaveLength(321);
});
