import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEngine, type DataItems, type Engine, type ModelManifest } from "../src/index.js";
import { findFreePort } from "../src/process/free-port.js";
import { exampleManifest } from "./example-manifest.js";
import { startV2GrpcServer } from "./model-servers/v2-grpc-server.mjs";
import { startV2Server } from "./model-servers/v2-server.mjs";

const { signal } = new AbortController();
const mapping = [
  { tensor: "numbers", from: "json", item: "numbers.json", datatype: "FP32", shape: [3] },
  { tensor: "words", from: "file", item: "word.txt" },
];
const input = (numbers: string, word: string): DataItems => ({
  "numbers.json": Buffer.from(numbers),
  "word.txt": Buffer.from(word),
});

const connect = (address: string, settings: object = {}, overrides: Partial<ModelManifest> = {}) => {
  const runner = { kind: "open-inference", address, model: "sums", inputs: mapping, ...settings };
  return startEngine(exampleManifest({ directory: "/", runner, ...overrides }), { signal, name: "v2" });
};

const answers = async (engine: Engine, ...batch: DataItems[]) =>
  (await engine.run(batch, { explain: false, signal })).map((outcome) =>
    outcome.succeeded
      ? (JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()) as { data: object }).data
      : outcome.error,
  );
const answer = (sum: number, reversed: unknown) => ({ result: { sum, reversed }, explanation: null, drift: null });

describe("a model behind the Open Inference Protocol over HTTP", () => {
  const closers: (() => Promise<unknown>)[] = [];
  const serve = async (...parameters: Parameters<typeof startV2Server>) => {
    const server = await startV2Server(...parameters);
    closers.push(server.close);
    return server;
  };
  const open = async (...parameters: Parameters<typeof connect>) => {
    const engine = await connect(...parameters);
    closers.push(() => engine.close());
    return engine;
  };

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it.each([
    ["as JSON", false, 0],
    ["as binary tensors where the server takes them", true, 2],
  ])("gets a batch in one call, %s", async (_name, binary, binaryTensors) => {
    const server = await serve({ binary });
    const engine = await open(server.address);
    expect(await answers(engine, input("[1, 2, 3]", "abc"), input("[0.5, 0, 0]", "grüße"))).toEqual([
      answer(6, ["cba"]),
      answer(0.5, ["eßürg"]),
    ]);
    expect(server.seen).toEqual({ infers: 1, rows: [2], binaryRequests: binaryTensors });
  });

  it("a data item that does not fit its tensor fails its own input before the model sees it", async () => {
    const server = await serve();
    const engine = await open(server.address);
    const found = await answers(
      engine,
      input("[1, 2]", "a"),
      input("[1, 2, 3]", "ab"),
      input("no json", "a"),
      input('[1, "2", 3]', "a"),
      { "word.txt": Buffer.from("a") },
    );
    expect(found).toEqual([
      'Data item "numbers.json" has 2 values; shape [3] needs 3.',
      answer(6, ["ba"]),
      expect.stringMatching(/^Data item "numbers\.json" is not JSON: /),
      'Data item "numbers.json" has the value "2"; expected FP32, a number.',
      'Data item "numbers.json" is missing; this input has "word.txt".',
    ]);
    expect(server.seen.rows).toEqual([1]);
  });

  it("answers only the tensors that are asked for", async () => {
    const engine = await open((await serve()).address, { outputs: ["sum"] });
    expect(await answers(engine, input("[1, 1, 1]", "a"))).toMatchObject([{ result: { sum: 3 } }]);
    expect(await answers(engine, input("[1, 1, 1]", "a"))).not.toMatchObject([{ result: { reversed: ["a"] } }]);
  });

  it("takes a file of little-endian values as a tensor", async () => {
    const numbers = { tensor: "numbers", from: "values", item: "numbers.json", datatype: "FP32", shape: [3] };
    const engine = await open((await serve()).address, { inputs: [numbers, mapping[1]] });
    const values = Buffer.from(Float32Array.of(1.5, 2, 3).buffer);
    const word = Buffer.from("x");
    expect(
      await answers(
        engine,
        { "numbers.json": values, "word.txt": word },
        { "numbers.json": values.subarray(1), "word.txt": word },
      ),
    ).toEqual([answer(6.5, ["x"]), 'Data item "numbers.json" has 11 bytes; FP32 of shape [3] are 12.']);
  });

  it("an error of the server rejects the run with its words", async () => {
    const engine = await open((await serve()).address);
    await expect(answers(engine, input("[1, 2, 3]", "poison"))).rejects.toThrow(
      "Example 1.0.0 failed: the server answers 500: the model raised",
    );
  });

  it("a tensor that the model does not have is found when it is loaded", async () => {
    const { address } = await serve();
    await expect(connect(address, { inputs: [{ ...mapping[1], tensor: "wrods" }] })).rejects.toThrow(
      'names the tensor "wrods"; the server\'s model sums has "numbers", "words".',
    );
  });

  it("a model that the server does not have is reported with what the server says", async () => {
    const { address } = await serve();
    await expect(connect(address, { model: "other" }, { loadTimeoutMs: 300 })).rejects.toThrow(
      /was not ready at http.* within 300 ms.*404: no model at \/v2\/models\/other\/ready/,
    );
  });

  const outputs = (...tensors: object[]) => ({ text: JSON.stringify({ outputs: tensors }) });
  const floats = (bytes: number, shape: number[]) => {
    const header = JSON.stringify({
      outputs: [{ name: "y", datatype: "FP32", shape, parameters: { binary_data_size: bytes } }],
    });
    return {
      text: Buffer.concat([Buffer.from(header), Buffer.alloc(bytes)]),
      headers: { "inference-header-content-length": String(header.length) },
    };
  };
  const y = { name: "y", datatype: "FP32" };

  it.each([
    [
      "more values than it sends",
      outputs({ ...y, shape: [1, 1_000_000_000], data: [1] }),
      /has 1 values for the shape/,
    ],
    ["a size below zero", outputs({ ...y, shape: [1, -1], data: [1] }), /has 1 values for the shape \[1,-1\]/],
    ["two sizes below zero", outputs({ ...y, shape: [-1, -1], data: [1] }), /has 1 values for the shape \[-1,-1\]/],
    ["a broken size", outputs({ ...y, shape: [1, 0.5, 2], data: [1] }), /has 1 values for the shape \[1,0.5,2\]/],
    ["no shape", outputs({ ...y, data: [1] }), /has 1 values for the shape that is not there/],
    ["no data", outputs({ ...y, shape: [1, 1], data: null }), /tensor "y" of the answer has no list of data/],
    ["no outputs", { text: "{}" }, /the server's answer has no list of outputs/],
    ["more bytes than it sends", floats(4, [1, 1_000_000_000]), /has 1 values for the shape \[1,1000000000\]/],
    ["half a value", floats(6, [1, 1]), /its 6 bytes are no whole values of FP32/],
  ])("a server that tells of %s fails the run with a sentence", async (_name, said, message) => {
    const engine = await open((await serve({ answer: () => said })).address);
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(message);
    await engine.checkHealth?.(signal);
  });

  it("a thousand million rows of nothing are nothing", async () => {
    const nothing = outputs({ ...y, shape: [1, 1_000_000_000, 0], data: [] });
    const engine = await open((await serve({ answer: () => nothing })).address);
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: [] } }]);
  });

  it.each([
    ["no mapping", { inputs: [] }, /runner\.inputs/],
    ["a mapping of an unknown type", { inputs: [{ ...mapping[0], datatype: "FP31" }] }, /runner\.inputs/],
  ])("%s is refused with the field", async (_name, settings, message) => {
    await expect(connect("127.0.0.1:1", settings)).rejects.toThrow(message);
  });
});

describe("a model behind the Open Inference Protocol over gRPC", () => {
  const openGrpc = async (parameters: Parameters<typeof startV2GrpcServer>[0]) => {
    const server = await startV2GrpcServer(parameters);
    onTestFinished(server.close);
    const engine = await connect(server.address);
    onTestFinished(() => engine.close());
    return engine;
  };
  const fp32 = { name: "y", datatype: "FP32" };
  const raw = (values: number[]) => ({ raw_output_contents: [Buffer.from(Float32Array.from(values).buffer)] });

  it.each([
    ["typed", { outputs: [{ ...fp32, shape: [1, 2], contents: { fp32_contents: [1.5, 2] } }] }],
    ["raw", { outputs: [{ ...fp32, shape: [1, 2] }], ...raw([1.5, 2]) }],
  ])("reads %s contents", async (_name, response) => {
    const engine = await openGrpc({ answer: () => response });
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: [1.5, 2] } }]);
  });

  it.each([
    ["typed", { outputs: [{ ...fp32, shape: [1, 1e9], contents: { fp32_contents: [1] } }] }],
    ["raw", { outputs: [{ ...fp32, shape: [1, 1e9] }], ...raw([1]) }],
  ])(
    "a server that tells of more values than its %s contents have fails the run with a sentence",
    async (_name, said) => {
      const engine = await openGrpc({ answer: () => said });
      await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
        /tensor "y" of the answer is not whole: it has 1 values for the shape \[1,1000000000\]/,
      );
    },
  );
});

/** A published server of the protocol, where this machine's Python has it. */
describe.each(hasMlServer() ? ["http", "grpc"] : [])("MLServer over %s", (transport) => {
  let directory: string;
  let stop: () => Promise<unknown>;
  let engine: Engine;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-mlserver-"));
    await cp(fileURLToPath(new URL("model-servers/mlserver", import.meta.url)), directory, { recursive: true });
    const [http, grpc, metrics] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const settings = {
      host: "127.0.0.1",
      http_port: http,
      grpc_port: grpc,
      metrics_port: metrics,
      parallel_workers: 0,
    };
    await writeFile(join(directory, "settings.json"), JSON.stringify(settings));
    const server = spawn("mlserver", ["start", directory], {
      stdio: "ignore",
      env: { ...process.env, PYTHONPATH: directory },
    });
    stop = () => {
      const exited = once(server, "exit");
      server.kill("SIGTERM");
      return exited;
    };
    const address = transport === "http" ? `http://127.0.0.1:${http}` : `grpc://127.0.0.1:${grpc}`;
    engine = await connect(address, {}, { loadTimeoutMs: 50_000 });
  });
  afterAll(async () => {
    await engine?.close();
    await stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("answers a batch", async () => {
    const found = await answers(engine, input("[1, 2, 3]", "abc"), input("[0.5, 0, 0]", "grüße"));
    expect(found.map((one) => JSON.stringify(one).replace(/[[\]]/g, ""))).toEqual(
      [answer(6, "cba"), answer(0.5, "eßürg")].map((one) => JSON.stringify(one)),
    );
  });

  it("says what went wrong", async () => {
    await expect(answers(engine, input("[1, 2, 3]", "poison"))).rejects.toThrow(/the model raised/);
    await engine.checkHealth?.(signal);
  });
});

function hasMlServer(): boolean {
  try {
    execFileSync("python3", ["-c", "import mlserver"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
