import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineCrashedError, startEngine, type Engine, type ModelManifest } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";
import { startGrpcServer } from "./model-servers/grpc-server.mjs";

const { signal } = new AbortController();
const files = (...texts: string[]) => texts.map((text) => ({ input: Buffer.from(text) }));

describe("a model behind the gRPC container contract", () => {
  const closers: (() => unknown)[] = [];

  const serve = async (options: Parameters<typeof startGrpcServer>[0] = {}) => {
    const server = await startGrpcServer(options);
    closers.push(server.close);
    return server;
  };
  const connect = async (address: string, overrides: Partial<ModelManifest> = {}): Promise<Engine> => {
    const runner = { kind: "grpc-container", address };
    const engine = await startEngine(exampleManifest({ directory: "/", runner, ...overrides }), { signal, name: "e" });
    closers.push(() => engine.close());
    return engine;
  };
  const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it("is asked for its status first, and never gets more inputs at once than it accepts", async () => {
    const server = await serve({ batchSize: 2 });
    const engine = await connect(server.address);
    const outcomes = await engine.run(files("a", "bb", "ccc"), { explain: false, signal });
    expect(server.calls).toEqual({ statuses: 1, batches: [2, 1] });
    expect(outcomes.map((one) => (one.succeeded ? textOf(one.outputs["results.json"]?.bytes) : one.error))).toEqual([
      '{"data":{"result":{"sizeBytes":1},"explanation":null}}',
      '{"data":{"result":{"sizeBytes":2},"explanation":null}}',
      '{"data":{"result":{"sizeBytes":3},"explanation":null}}',
    ]);
  });

  it("receives the explain flag", async () => {
    const engine = await connect((await serve()).address);
    const [outcome] = await engine.run(files("a"), { explain: true, signal });
    expect(outcome?.succeeded && textOf(outcome.outputs["results.json"]?.bytes)).toContain('"explanation":"long"');
  });

  it("an output named error fails that input, whatever the flag says", async () => {
    const engine = await connect((await serve()).address);
    expect(await engine.run(files("plain error", "json error", "good"), { explain: false, signal })).toMatchObject([
      { succeeded: false, error: "it is not what I take" },
      { succeeded: false, error: "refused" },
      { succeeded: true },
    ]);
  });

  it("that was restarted is asked for its status again, and no input fails", async () => {
    const server = await serve();
    const engine = await connect(server.address);
    await engine.run(files("a"), { explain: false, signal });
    server.close();
    const next = await serve({ port: Number(server.address.split(":")[1]) });
    expect(await engine.run(files("b"), { explain: false, signal })).toMatchObject([{ succeeded: true }]);
    expect(next.calls.statuses).toBe(1);
  });

  it("an RPC error rejects the run and leaves the engine usable", async () => {
    const engine = await connect((await serve()).address);
    await expect(engine.run(files("raise"), { explain: false, signal })).rejects.toThrow(
      "Example 1.0.0 failed: Run failed with UNKNOWN: the model raised",
    );
    expect(await engine.run(files("good"), { explain: false, signal })).toMatchObject([{ succeeded: true }]);
  });

  it("takes inputs of a hundred megabytes", async () => {
    const engine = await connect((await serve()).address);
    const input = Buffer.alloc(100 * 2 ** 20, 1);
    const [outcome] = await engine.run([{ input }], { explain: false, signal });
    expect(outcome?.succeeded && textOf(outcome.outputs["results.json"]?.bytes)).toContain(String(input.length));
  });

  it("that cannot load fails immediately with its own message", async () => {
    const { address } = await serve({ loads: false });
    await expect(connect(address)).rejects.toThrow(
      "Example 1.0.0 cannot be loaded: its server responded with 500: no weights.bin",
    );
  });

  it("that is unreachable times out with its address", async () => {
    await expect(connect("127.0.0.1:1", { loadTimeoutMs: 3_000 })).rejects.toThrow(
      /Example 1\.0\.0 was not ready at 127\.0\.0\.1:1 within 3000 ms.*UNAVAILABLE/,
    );
  });

  it("that does not respond in time crashes its engine", async () => {
    const engine = await connect((await serve()).address, { runTimeoutMs: 200 });
    const run = engine.run(files("hang"), { explain: false, signal });
    await expect(run).rejects.toThrow(EngineCrashedError);
    await expect(run).rejects.toThrow("Example 1.0.0 did not answer within 200 ms");
  });

  it("that goes away crashes its engine and fails its health check", async () => {
    const server = await serve();
    const engine = await connect(server.address);
    await engine.checkHealth?.(signal);
    server.close();
    await expect(engine.checkHealth?.(signal)).rejects.toThrow(/failed its health check/);
    await expect(engine.run(files("a"), { explain: false, signal })).rejects.toThrow(EngineCrashedError);
  });

  it("an aborted run rejects with the abort's reason", async () => {
    const engine = await connect((await serve()).address);
    const controller = new AbortController();
    const run = engine.run(files("hang"), { explain: false, signal: controller.signal });
    controller.abort(new Error("cancelled"));
    await expect(run).rejects.toThrow("cancelled");
  });

  beforeEach(() => expect(closers).toHaveLength(0));
});
