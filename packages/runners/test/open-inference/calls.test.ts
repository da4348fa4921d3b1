import { describe, expect, it } from "vitest";
import { answer, answers, connect, input, mapping, open, serve, signal } from "./fixture.js";

describe("a model behind the Open Inference Protocol over HTTP", () => {
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

  it("returns only the requested tensors", async () => {
    const engine = await open((await serve()).address, { outputs: ["sum"] });
    expect(await answers(engine, input("[1, 1, 1]", "a"))).toMatchObject([{ result: { sum: 3 } }]);
    expect(await answers(engine, input("[1, 1, 1]", "a"))).not.toMatchObject([{ result: { reversed: ["a"] } }]);
  });

  it("accepts a file of little-endian values as a tensor", async () => {
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

  it("a server error rejects the run with its message", async () => {
    const engine = await open((await serve()).address);
    await expect(answers(engine, input("[1, 2, 3]", "poison"))).rejects.toThrow(
      "Example 1.0.0 failed: the server responded with 500: the model raised",
    );
  });

  it("loading detects a tensor that the model does not have", async () => {
    const { address } = await serve();
    await expect(connect(address, { inputs: [{ ...mapping[1], tensor: "wrods" }] })).rejects.toThrow(
      'names the tensor "wrods"; the server\'s model sums has "numbers", "words".',
    );
  });

  it("a model missing on the server is reported with the server's message", async () => {
    const { address } = await serve();
    await expect(connect(address, { model: "other" }, { loadTimeoutMs: 3_000 })).rejects.toThrow(
      /was not ready at http.* within 3000 ms.*404: no model at \/v2\/models\/other\/ready/,
    );
  });

  it.each(["/v2", "/v2/models/sums", "/v2/health/ready", "/v2/models/sums/ready"])(
    "a server without %s is ready according to its other endpoints",
    async (path) => {
      const engine = await open((await serve({ lacks: [path] })).address);
      expect(await answers(engine, input("[1, 2, 3]", "abc"))).toEqual([answer(6, ["cba"])]);
      await engine.checkHealth?.(signal);
    },
  );

  it("reads JSON with a byte order mark", async () => {
    const engine = await open((await serve()).address);
    expect(await answers(engine, input("\uFEFF[1, 2, 3]", "a"))).toEqual([answer(6, ["a"])]);
  });
});
