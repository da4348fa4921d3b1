import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { startEngine, type Engine } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const directory = fileURLToPath(new URL("../../../models/no-op/1.0.0", import.meta.url));
// Node warns of a leak at eleven listeners.
const engineCount = 12;

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

it("many engines at once, started and run with one signal, add no listener each", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  const before = process.listenerCount("exit");
  const { signal } = new AbortController();
  const manifest = exampleManifest({ directory, runner: { kind: "module", file: "model.mjs" } });
  const started = await Promise.all(
    Array.from({ length: engineCount }, (_, index) => startEngine(manifest, { signal, name: `engine-${index}` })),
  );
  engines.push(...started);
  await Promise.all(started.map((engine) => engine.run([{ input: Buffer.from("a") }], { explain: false, signal })));
  expect(process.listenerCount("exit") - before).toBeLessThanOrEqual(1);
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  await expect.poll(() => process.listenerCount("exit"), { timeout: 60_000 }).toBe(before);
  // Warnings are emitted in the next turn.
  await new Promise(setImmediate);
  process.off("warning", listen);
  expect(warnings).toEqual([]);
});
