import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEngine, type DataItems, type Engine, type ModelManifest } from "../src/index.js";
import { findFreePort } from "../src/isolation/free-port.js";
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
const boxes = {
  kind: "detection",
  format: "xyxy",
  coordinates: "pixels",
  activation: "none",
  labels: ["a"],
  minimumScore: 0,
  top: 1,
};
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
    ).toEqual([answer(6.5, ["x"]), 'Data item "numbers.json" has 11 bytes; FP32 of shape [3] needs 12.']);
  });

  it("an error of the server rejects the run with its words", async () => {
    const engine = await open((await serve()).address);
    await expect(answers(engine, input("[1, 2, 3]", "poison"))).rejects.toThrow(
      "Example 1.0.0 failed: the server responded with 500: the model raised",
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
    await expect(connect(address, { model: "other" }, { loadTimeoutMs: 3_000 })).rejects.toThrow(
      /was not ready at http.* within 3000 ms.*404: no model at \/v2\/models\/other\/ready/,
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
      /has 1 values, but its shape is/,
    ],
    ["a size below zero", outputs({ ...y, shape: [1, -1], data: [1] }), /has 1 values, but its shape is \[1,-1\]/],
    ["two sizes below zero", outputs({ ...y, shape: [-1, -1], data: [1] }), /has 1 values, but its shape is \[-1,-1\]/],
    ["a broken size", outputs({ ...y, shape: [1, 0.5, 2], data: [1] }), /has 1 values, but its shape is \[1,0.5,2\]/],
    ["no shape", outputs({ ...y, data: [1] }), /has 1 values, but its shape is missing/],
    ["no data", outputs({ ...y, shape: [1, 1], data: null }), /tensor "y" of the response has no list of data/],
    ["no outputs", { text: "{}" }, /the server's response has no list of outputs/],
    ["more bytes than it sends", floats(4, [1, 1_000_000_000]), /has 1 values, but its shape is \[1,1000000000\]/],
    ["half a value", floats(6, [1, 1]), /its 6 bytes are not a whole number of FP32 values/],
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

  it.each(["/v2", "/v2/models/sums", "/v2/health/ready", "/v2/models/sums/ready"])(
    "a server without %s is ready by what else it says",
    async (path) => {
      const engine = await open((await serve({ lacks: [path] })).address);
      expect(await answers(engine, input("[1, 2, 3]", "abc"))).toEqual([answer(6, ["cba"])]);
      await engine.checkHealth?.(signal);
    },
  );

  it("floats that JSON has no word for are read, and are null in JSON", async () => {
    const said = {
      text: '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 4], "data": [NaN, -Infinity, 1, null]}]}',
    };
    const engine = await open((await serve({ answer: () => said })).address);
    expect(await answers(engine, input("[1, 2, 3]", "NaN"))).toMatchObject([{ result: { y: [null, null, 1, null] } }]);
  });

  it("texts that look like numbers stay texts", async () => {
    const words = ["NaN", 'a "Infinity"', "12345678901234567890", "\\"];
    const said = { text: JSON.stringify({ outputs: [{ name: "y", datatype: "BYTES", shape: [1, 4], data: words }] }) };
    const engine = await open((await serve({ answer: () => said })).address);
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: words } }]);
  });

  it("whole numbers beyond 2^53 keep all their digits on both ways", async () => {
    let sent = "";
    const data = "[9007199254740993, -9223372036854775808, 7]";
    const server = await serve({
      binary: false,
      answer: (body) => {
        sent = body.toString();
        return { text: `{"outputs": [{"name": "y", "datatype": "INT64", "shape": [1, 3], "data": ${data}}]}` };
      },
    });
    const engine = await open(server.address, { inputs: [{ ...mapping[0], datatype: "INT64" }, mapping[1]] });
    expect(await answers(engine, input('["9007199254740993", 1, -2]', "a"))).toMatchObject([
      { result: { y: ["9007199254740993", "-9223372036854775808", 7] } },
    ]);
    expect(sent).toContain('"data":[9007199254740993,1,-2]');
  });

  it.each([
    ["UINT8", "[300, 1, 2]", "has the value 300; expected UINT8, a whole number from 0 to 255."],
    ["UINT8", "[1, -1, 2]", "has the value -1; expected UINT8, a whole number from 0 to 255."],
    ["INT32", "[2147483648, 1, 2]", /has the value 2147483648; expected INT32/],
    ["INT64", "[9007199254740993, 1, 2]", /expected INT64, .* beyond 9007199254740991 as a string of digits\.$/],
    ["UINT64", '["-1", 1, 2]', /has the value "-1"; expected UINT64/],
    ["BOOL", "[true, false, 2]", /has the value 2; expected BOOL, true or false/],
    ["FP32", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", /nested deeper than 32 lists/],
  ])("%s does not hold %s", async (datatype, numbers, message) => {
    const engine = await open((await serve()).address, { inputs: [{ ...mapping[0], datatype }, mapping[1]] });
    const [found] = await answers(engine, input(numbers, "a"));
    if (typeof message === "string") expect(found).toBe(`Data item "numbers.json" ${message}`);
    else expect(found).toMatch(message);
  });

  it.each([
    ["FP16", [0x00, 0x3c, 0x00, 0xc1, 0xff, 0x7b], [1, -2.5, 65504]],
    ["BF16", [0x80, 0x3f, 0x20, 0xc0, 0x9a, 0x3e], [1, -2.5, 0.30078125]],
  ])("%s is sent and read in its binary form", async (datatype, bytes, numbers) => {
    let sent: Uint8Array = new Uint8Array();
    const server = await serve({
      answer: (body, headers) => {
        const length = Number(headers["inference-header-content-length"]);
        sent = body.subarray(length, length + 6);
        const header = JSON.stringify({
          outputs: [{ name: "y", datatype, shape: [1, 3], parameters: { binary_data_size: 6 } }],
        });
        return {
          text: Buffer.concat([Buffer.from(header), Buffer.from(bytes)]),
          headers: { "inference-header-content-length": String(header.length) },
        };
      },
    });
    const engine = await open(server.address, { inputs: [{ ...mapping[0], datatype }, mapping[1]] });
    expect(await answers(engine, input(JSON.stringify(numbers), "a"))).toMatchObject([{ result: { y: numbers } }]);
    expect([...sent]).toEqual(bytes);
  });

  it("an answer without a tensor that was asked for fails the run", async () => {
    const said = outputs({ ...y, shape: [1, 1], data: [1] });
    const engine = await open((await serve({ answer: () => said })).address, { outputs: ["y", "z"] });
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
      /response lacks the tensor "z" of runner\.outputs; it has "y"/,
    );
  });

  describe("whose answers are scores of classes", () => {
    const postprocess = { kind: "classification", activation: "softmax", labels: ["a", "b", "c"], top: 1 };
    const scores = [Math.log(1), Math.log(5), Math.log(2)];
    const label = { name: "label", datatype: "INT64" };
    const logits = { name: "logits", datatype: "FP32" };

    it.each([
      ["in batches", true, outputs({ ...label, shape: [1], data: [1] }, { ...logits, shape: [1, 3], data: scores })],
      ["one by one", false, outputs({ ...label, shape: [], data: [1] }, { ...logits, shape: [3], data: scores })],
    ])("gives them, %s, and all of them to explain", async (_name, batched, said) => {
      const engine = await open((await serve({ answer: () => said })).address, { postprocess, batched });
      const items = input("[1, 2, 3]", "a");
      const b = { class: "b", score: expect.closeTo(5 / 8, 6) };
      expect(await answers(engine, items)).toMatchObject([{ result: { classPredictions: [b] } }]);
      const [every] = await engine.run([items], { explain: false, everyClass: true, signal });
      const bytes = every?.succeeded === true ? every.outputs["results.json"]?.bytes : undefined;
      const { data } = JSON.parse(Buffer.from(bytes ?? []).toString()) as { data: { result: object } };
      expect(data.result).toMatchObject({ classPredictions: [b, { class: "c" }, { class: "a" }] });
    });

    it("other scores than there are labels fail the run", async () => {
      const said = outputs({ ...logits, shape: [1, 2], data: [1, 2] });
      const engine = await open((await serve({ answer: () => said })).address, { postprocess });
      await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
        /it gives 2 values for an input, but the number of labels is 3/,
      );
    });
  });

  it("JSON that begins with a byte order mark is read", async () => {
    const engine = await open((await serve()).address);
    expect(await answers(engine, input("\uFEFF[1, 2, 3]", "a"))).toEqual([answer(6, ["a"])]);
  });

  it.each([
    ["no mapping", { inputs: [] }, /^model\.yaml: runner\.inputs is not valid: found \[\], expected a non-empty list/],
    [
      "a mapping of an unknown type",
      { inputs: [mapping[1], { ...mapping[0], datatype: "FP31" }] },
      /^model\.yaml: runner\.inputs\.1\.datatype is not valid: found "FP31", expected one of BOOL, .*BYTES\.$/,
    ],
    [
      "a mapping from nowhere",
      { inputs: [{ ...mapping[0], from: "air" }] },
      /^model\.yaml: runner\.inputs\.0\.from is not valid: found "air", expected one of file, json, values, image\.$/,
    ],
    [
      "a mapping without its type",
      { inputs: [{ ...mapping[0], datatype: undefined }] },
      /^model\.yaml: runner\.inputs\.0\.datatype is required: found nothing, expected one of BOOL/,
    ],
    [
      "a postprocessing that there is not",
      { postprocess: { kind: "magic" } },
      /^model\.yaml: runner\.postprocess\.kind is not valid: found "magic", expected one of classification, detection, tensors/,
    ],
    ["boxes without a picture", { postprocess: boxes }, /is detection, which needs an image/],
  ])("%s is refused with the field", async (_name, settings, message) => {
    await expect(connect("127.0.0.1:1", JSON.parse(JSON.stringify(settings)) as object)).rejects.toThrow(message);
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

  it("whole numbers beyond 2^53 keep all their digits", async () => {
    const contents = { int64_contents: ["9007199254740993", "7"] };
    const engine = await openGrpc({
      answer: () => ({ outputs: [{ name: "y", datatype: "INT64", shape: [1, 2], contents }] }),
    });
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: ["9007199254740993", 7] } }]);
  });

  it.each(["ServerReady", "ModelReady", "ModelMetadata"])(
    "a server without %s is ready by what else it says",
    async (method) => {
      const response = { outputs: [{ ...fp32, shape: [1, 1] }], ...raw([3]) };
      const engine = await openGrpc({ answer: () => response, lacks: [method] });
      expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: [3] } }]);
      await engine.checkHealth?.(signal);
    },
  );

  it.each([
    ["typed", { outputs: [{ ...fp32, shape: [1, 1e9], contents: { fp32_contents: [1] } }] }],
    ["raw", { outputs: [{ ...fp32, shape: [1, 1e9] }], ...raw([1]) }],
  ])(
    "a server that tells of more values than its %s contents have fails the run with a sentence",
    async (_name, said) => {
      const engine = await openGrpc({ answer: () => said });
      await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
        /tensor "y" of the response is malformed: it has 1 values, but its shape is \[1,1000000000\]/,
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
    engine = await connect(address);
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
