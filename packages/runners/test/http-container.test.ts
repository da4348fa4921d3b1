import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineCrashedError, startEngine, type ModelManifest } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";
import { startHttpServer } from "./model-servers/http-server.mjs";

const { signal } = new AbortController();

describe("a model behind the HTTP container contract", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let directory: string;

  const serve = async (...parameters: Parameters<typeof startHttpServer>) => {
    const server = await startHttpServer(...parameters);
    closers.push(server.close);
    return server;
  };
  const connect = async (runner: object, overrides: Partial<ModelManifest> = {}) => {
    const manifest = exampleManifest({
      directory: fileURLToPath(new URL("model-servers", import.meta.url)),
      runner: { kind: "http-container", directory, ...runner },
      memoryBytes: 512 * 2 ** 20,
      ...overrides,
    });
    const engine = await startEngine(manifest, { signal, name: "http" });
    closers.push(() => engine.close());
    return async (...texts: string[]) => {
      const outcomes = await engine.run(
        texts.map((text) => ({ input: Buffer.from(text) })),
        { explain: false, signal },
      );
      return outcomes.map((one) =>
        one.succeeded ? Buffer.from(one.outputs["results.json"]?.bytes ?? []).toString() : one.error,
      );
    };
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-http-"));
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await rm(directory, { recursive: true, force: true });
  });

  it("finds each input's files in a directory that is removed afterwards", async () => {
    const { address, bodies } = await serve();
    const run = await connect({ address });
    expect(await run("a", "four")).toEqual(['{"sizeBytes":1}', '{"sizeBytes":4}']);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toMatchObject({ type: "file", contentType: "application/json" });
    expect(await readdir(directory)).toEqual([]);
  });

  it("each failure affects only its input and has the server's message", async () => {
    const run = await connect({ address: (await serve()).address });
    expect(await run("refuse", "good", "silent", "link", "huge", "plain")).toEqual([
      "The model responded with 422: not a picture",
      '{"sizeBytes":4}',
      'The model wrote none of its outputs ("results.json").',
      'The model\'s output "results.json" is not a file.',
      'The model\'s output "results.json" has 5000 bytes, its model.yaml allows 1000.',
      "The model responded with 500: Traceback: out of luck",
    ]);
    expect(await readdir(directory)).toEqual([]);
  });

  it("a data item cannot leave its directory", async () => {
    const { address } = await serve();
    const manifest = exampleManifest({ directory, runner: { kind: "http-container", directory, address } });
    const engine = await startEngine(manifest, { signal, name: "http" });
    closers.push(() => engine.close());
    const outcome = await engine.run([{ "../outside": Buffer.from("x") }], { explain: false, signal });
    expect(outcome).toEqual([{ succeeded: false, error: 'Data item "../outside" cannot be the name of a file.' }]);
    expect(await readdir(directory)).toEqual([]);
  });

  it("a dropped connection and a missed time limit crash the engine", async () => {
    const { address } = await serve();
    await expect((await connect({ address }))("drop")).rejects.toThrow(EngineCrashedError);
    const slow = await connect({ address }, { runTimeoutMs: 200 });
    await expect(slow("hang")).rejects.toThrow("did not answer within 200 ms");
  });

  it("that cannot load fails with its own message", async () => {
    const { address } = await serve({ loads: false });
    await expect(connect({ address })).rejects.toThrow(
      "Example 1.0.0 cannot be loaded: its server responded with 500: no weights.bin",
    );
  });

  it("can be a process that the runner starts", async () => {
    const command = [process.execPath, "http-server.mjs"];
    const run = await connect({ kind: "process", protocol: "http-container", command, directory: undefined });
    expect(await run("four")).toEqual(['{"sizeBytes":4}']);
  });
});
