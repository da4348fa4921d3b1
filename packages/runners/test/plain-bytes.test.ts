import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEngine, type ModelManifest } from "../src/index.js";
import { readSamples } from "../src/manifest/samples.js";
import { exampleManifest } from "./example-manifest.js";
import { startGrpcServer } from "./model-servers/grpc-server.mjs";
import { startHttpServer } from "./model-servers/http-server.mjs";
import { startV2Server } from "./model-servers/v2-server.mjs";

const { signal } = new AbortController();

/** Answers what kind of bytes it got, and whether it can use them as the documentation says. */
const module = `export const load = () => ({
  run: (batch) => batch.map(({ input }) => {
    const copy = input.slice(0, 1);
    copy[0] += 1;
    const floats = Array.from(new Float32Array(input.buffer));
    return { "results.json": {
      kind: input.constructor.name, isBuffer: Buffer.isBuffer(input), begins: input.byteOffset,
      isWhole: input.buffer.byteLength === input.byteLength, sliceCopies: copy[0] !== input[0], floats,
    } };
  }),
});`;

describe("bytes of data items and outputs are Uint8Arrays, not Buffers", () => {
  const closers: (() => unknown)[] = [];
  let directory: string;

  const run = async (runner: ModelManifest["runner"], batch: Uint8Array[]) => {
    const manifest = exampleManifest({ directory, runner });
    const engine = await startEngine(manifest, { signal, name: "bytes" });
    closers.push(() => engine.close());
    const outcomes = await engine.run(
      batch.map((input) => ({ input })),
      { explain: false, signal },
    );
    return outcomes.map((outcome) => {
      if (!outcome.succeeded) throw new Error(outcome.error);
      const bytes = outcome.outputs["results.json"]?.bytes ?? new Uint8Array();
      expect(bytes.constructor).toBe(Uint8Array);
      return bytes;
    });
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-bytes-"));
    await chmod(directory, 0o755);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await rm(directory, { recursive: true, force: true });
  });

  it("in a module, wherever they were in a batch", async () => {
    await writeFile(join(directory, "model.mjs"), module);
    const [half, two] = [Buffer.from(Float32Array.of(0.5).buffer), Buffer.from(Float32Array.of(2, 3).buffer)];
    // From the inside of a larger buffer, after an item whose length is odd in the frame.
    const batch = [half, Buffer.concat([Buffer.alloc(3), two]).subarray(3), half];
    const answers = await run({ kind: "module", file: "model.mjs" }, batch);
    const usable = { kind: "Uint8Array", isBuffer: false, begins: 0, isWhole: true, sliceCopies: true };
    expect(answers.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown)).toEqual([
      { ...usable, floats: [0.5] },
      { ...usable, floats: [2, 3] },
      { ...usable, floats: [0.5] },
    ]);
  });

  it("from model servers of every protocol", async () => {
    const [grpc, http, v2] = [await startGrpcServer(), await startHttpServer(), await startV2Server()];
    closers.push(grpc.close, http.close, v2.close);
    await run({ kind: "grpc-container", address: grpc.address }, [Buffer.from("a")]);
    await run({ kind: "http-container", address: http.address, directory }, [Buffer.from("a")]);
    const inputs = [{ tensor: "numbers", from: "json", item: "input", datatype: "FP32", shape: [3] }];
    const runner = { kind: "open-inference", address: v2.address, model: "sums", inputs };
    await run(runner, [Buffer.from("[1, 2, 3]")]);
  });

  it.each(["text", "embedded"])("from samples of type %s", async (type) => {
    const text = type === "text" ? "so" : "data:text/plain;base64,c28=";
    const submission = { input: { type, sources: { one: { input: text } } } };
    await mkdir(join(directory, "samples"));
    await writeFile(join(directory, "samples", "input.json"), JSON.stringify(submission));
    const runner = { kind: "module", file: "model.mjs" };
    const [sample] = (await readSamples(exampleManifest({ directory, runner }))).samples;
    expect(sample?.items["input"]).toEqual(Uint8Array.of(0x73, 0x6f));
    expect(sample?.items["input"]?.constructor).toBe(Uint8Array);
  });
});
