import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const texts = (count: number) => ({
  type: "text",
  sources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`input-${index}`, { input: "x" }])),
});

it("a small job runs next behind a large one of the same slow model, not after chunks of it, and the large one loses nothing", async () => {
  const modelsDirectory = await mkdtemp(join(tmpdir(), "millrace-models-"));
  closers.push(() => rm(modelsDirectory, { recursive: true, force: true }));
  const bundled = fileURLToPath(new URL("../../../../models/no-op", import.meta.url));
  await cp(bundled, join(modelsDirectory, "no-op"), { recursive: true });
  const folder = join(modelsDirectory, "no-op/1.0.0");
  const yaml = await readFile(join(folder, "model.yaml"), "utf8");
  await writeFile(join(folder, "model.yaml"), yaml.replace("maxBatchSize: 100", "maxBatchSize: 1"));
  await writeFile(
    join(folder, "model.mjs"),
    `export const load = () => ({ run: async (batch) => {
       await new Promise((resolve) => setTimeout(resolve, 1_000));
       return batch.map(() => ({ "results.json": 1 }));
     } });`,
  );
  const server = await startTestServer({ modelsDirectory });
  closers.push(() => server.close());
  const path = `/models/${noOp.identifier}/versions/${noOp.version}`;
  await server.call("PATCH", path, { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 1 } });
  // Chunks of 20: two of them in hand take 40 s.
  const large = await server.submit({ model: noOp, input: texts(320) });
  const completed = async () =>
    (await server.call("GET", `/jobs/${large.jobIdentifier}?exclude=jobInputs`)).body.completed;
  await expect.poll(completed).toBeGreaterThan(0);
  const startedAt = performance.now();
  const before = await completed();
  const small = await server.submit({ model: noOp, input: texts(1) });
  expect(await server.waitForEnd(small.jobIdentifier)).toMatchObject({ completed: 1 });
  const waitedMs = performance.now() - startedAt;
  expect(waitedMs).toBeLessThan(15_000);
  // The engine was busy meanwhile.
  expect(await completed()).toBeGreaterThan(before + waitedMs / 1_000 - 5);
  await server.call("DELETE", `/jobs/${large.jobIdentifier}`);
});
