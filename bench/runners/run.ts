// What batching gains, and what Millrace adds to a call of a model.
// npm run build && node --conditions=source --import tsx bench/runners/run.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { pino } from "pino";
import { Pool } from "undici";
import { findRunner, readManifest, startEngine, type DataItems, type ModelManifest } from "@millrace/runners";
import { createEnginePool } from "../../packages/server/src/engines/engine-pool.js";

const { signal } = new AbortController();
const context = { explain: false, signal };
const log = pino({ level: "silent" });
const rounds = 3;

type RunAll = (inputs: readonly DataItems[]) => Promise<unknown>;

/** Milliseconds for all inputs, the median of the rounds after one that does not count. */
async function time(run: RunAll, inputs: readonly DataItems[]): Promise<number> {
  await run(inputs.slice(0, Math.ceil(inputs.length / 5)));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await run(inputs);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
}

/** Runs batches of a size one after another. */
const inBatches =
  (size: number, run: (batch: readonly DataItems[]) => Promise<unknown>): RunAll =>
  async (inputs) => {
    for (let start = 0; start < inputs.length; start += size) await run(inputs.slice(start, start + size));
  };

/** Every input by itself and all at once, as from many jobs: the pool puts them together. */
async function throughPool(manifest: ModelManifest, inputs: readonly DataItems[]): Promise<number> {
  const pool = createEnginePool({ log });
  const version = { manifest, maximumEngines: 1 };
  try {
    return await time((all) => Promise.all(all.map((items) => pool.run(version, [items], context))), inputs);
  } finally {
    await pool.close();
  }
}

async function throughEngine(manifest: ModelManifest, inputs: readonly DataItems[], size: number): Promise<number> {
  const engine = await startEngine(manifest, { signal, name: "bench" });
  try {
    return await time(
      inBatches(size, (batch) => engine.run(batch, context)),
      inputs,
    );
  } finally {
    await engine.close();
  }
}

/** The runner's own engine, called from this thread: the model and nothing else. */
async function direct(manifest: ModelManifest, inputs: readonly DataItems[], size: number): Promise<number> {
  const engine = await (await findRunner(manifest)).load(manifest, signal);
  try {
    return await time(
      inBatches(size, (batch) => engine.run(batch, context)),
      inputs,
    );
  } finally {
    await engine.close();
  }
}

async function benchBatching(): Promise<void> {
  const texts = await readAll("examples/data/texts", "input.txt");
  const photos = await readAll("examples/data/photos", "image");
  const table = new Table({ head: ["model", "largest batch", "inputs/s", "x batch 1"], style });
  for (const [directory, inputs] of [
    ["models/sentiment-analysis/1.0.1", repeat(texts, 320)],
    ["models/image-classification/1.0.0", repeat(photos, 96)],
  ] as const) {
    const manifest = await readManifest(directory);
    let one = 0;
    for (const maximumBatchSize of [1, 8, 32]) {
      const rate = (inputs.length / (await throughPool({ ...manifest, maximumBatchSize }, inputs))) * 1_000;
      if (maximumBatchSize === 1) one = rate;
      table.push([`${manifest.name} ${manifest.version}`, maximumBatchSize, rate.toFixed(1), (rate / one).toFixed(2)]);
    }
  }
  const server = await startV2();
  const words = Array.from({ length: 3_000 }, (_, index) => sums(index));
  let one = 0;
  for (const maximumBatchSize of [1, 8, 32]) {
    const rate = (words.length / (await throughPool(v2Manifest(server.address, maximumBatchSize), words))) * 1_000;
    if (maximumBatchSize === 1) one = rate;
    table.push(["a sum, behind v2 HTTP", maximumBatchSize, rate.toFixed(1), (rate / one).toFixed(2)]);
  }
  server.close();
  console.log(`\nDynamic batching: inputs that arrive one by one, one engine\n${table.toString()}`);
}

async function benchOverhead(): Promise<void> {
  const table = new Table({
    head: ["model", "batch", "direct call, µs an input", "engine, µs", "engine and pool, µs", "added by Millrace, µs"],
    style,
  });
  const noOp = await readManifest("models/no-op/1.0.0");
  const small = await readManifest("models/sentiment-analysis/0.0.27");
  const large = await readManifest("models/sentiment-analysis/1.0.1");
  const texts = await readAll("examples/data/texts", "input.txt");
  for (const [manifest, inputs] of [
    [noOp, repeat([{ input: Buffer.alloc(1_024) }], 6_400)],
    [small, repeat(texts, 6_400)],
    [large, repeat(texts, 320)],
  ] as const) {
    for (const size of [1, 32]) {
      const sized = { ...manifest, maximumBatchSize: size };
      const times = [
        await direct(sized, inputs, size),
        await throughEngine(sized, inputs, size),
        await throughPool(sized, inputs),
      ].map((ms) => (ms * 1_000) / inputs.length);
      const [alone = NaN, , whole = NaN] = times;
      table.push([
        `${manifest.name} ${manifest.version}`,
        size,
        ...times.map((us) => us.toFixed(1)),
        (whole - alone).toFixed(1),
      ]);
    }
  }
  const server = await startV2();
  const words = Array.from({ length: 3_200 }, (_, index) => sums(index));
  for (const size of [1, 32]) {
    const manifest = v2Manifest(server.address, size);
    const times = [
      await time(byHand(server.address, size), words),
      await throughEngine(manifest, words, size),
      await throughPool(manifest, words),
    ].map((ms) => (ms * 1_000) / words.length);
    const [alone = NaN, , whole = NaN] = times;
    table.push(["a sum, behind v2 HTTP", size, ...times.map((us) => us.toFixed(1)), (whole - alone).toFixed(1)]);
  }
  server.close();
  console.log(
    `\nWhat Millrace adds to a call; "direct" is the model in this thread or, behind v2 HTTP, an undici client by hand\n${table.toString()}`,
  );
}

/** A client of the v2 server that is nothing more. */
function byHand(address: string, size: number): RunAll {
  const client = new Pool(address, { connections: 1 });
  return inBatches(size, async (batch) => {
    const body = JSON.stringify({
      inputs: [
        {
          name: "numbers",
          datatype: "FP32",
          shape: [batch.length, 3],
          data: batch.flatMap((items) => JSON.parse(textOf(items["numbers.json"])) as number[]),
        },
        {
          name: "words",
          datatype: "BYTES",
          shape: [batch.length, 1],
          data: batch.map((items) => textOf(items["word.txt"])),
        },
      ],
    });
    const headers = { "content-type": "application/json" };
    const response = await client.request({ method: "POST", path: "/v2/models/sums/infer", headers, body });
    await response.body.json();
  });
}

function v2Manifest(address: string, maximumBatchSize: number): ModelManifest {
  const inputs = [
    { tensor: "numbers", from: "json", item: "numbers.json", datatype: "FP32", shape: [3] },
    { tensor: "words", from: "file", item: "word.txt" },
  ];
  return {
    identifier: "abcdefghij",
    version: "1.0.0",
    name: "Sums",
    memoryBytes: 2 ** 27,
    loadTimeoutMs: 5_000,
    runTimeoutMs: 5_000,
    outputs: [{ name: "results.json", mediaType: "application/json", maximumSizeBytes: 1_000, description: "" }],
    directory: "/",
    maximumBatchSize,
    runner: { kind: "open-inference", address, model: "sums", inputs },
  } as unknown as ModelManifest;
}

function sums(index: number): DataItems {
  return { "numbers.json": Buffer.from(`[${index}, 2, 3]`), "word.txt": Buffer.from(`word ${index}`) };
}

async function startV2(): Promise<{ address: string; close: () => void }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("v2-server.mjs", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { address: line.toString().trim(), close: () => child.kill() };
}

async function readAll(folder: string, item: string): Promise<DataItems[]> {
  const files = await readdir(folder);
  return Promise.all(files.map(async (file) => ({ [item]: await readFile(join(folder, file)) })));
}

function repeat(inputs: readonly DataItems[], count: number): DataItems[] {
  return Array.from({ length: count }, (_, index) => inputs[index % inputs.length] ?? {});
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

const style = { head: [], border: [], compact: true };

await benchBatching();
await benchOverhead();
process.exit(0);
