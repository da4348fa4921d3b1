import { describe, expect, it } from "vitest";
import { answers, input, open, outputs, serve, signal } from "./fixture.js";

describe("a server behind the Open Inference Protocol over HTTP", () => {
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
    [
      "nothing as an output",
      { text: '{"outputs":[null]}' },
      /the server's response has the output null, which is no tensor/,
    ],
    [
      "an object as a text",
      outputs({ name: "y", datatype: "BYTES", shape: [1], data: [{ toString: null, valueOf: null }] }),
      /has the value an object, which is not of its type BYTES/,
    ],
    ["more bytes than it sends", floats(4, [1, 1_000_000_000]), /has 1 values, but its shape is \[1,1000000000\]/],
    ["half a value", floats(6, [1, 1]), /its 6 bytes are not a whole number of FP32 values/],
  ])("a server that returns %s fails the run with an error", async (_name, said, message) => {
    const engine = await open((await serve({ answer: () => said })).address);
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(message);
    await engine.checkHealth?.(signal);
  });

  it("a billion empty rows use no memory", async () => {
    const nothing = outputs({ ...y, shape: [1, 1_000_000_000, 0], data: [] });
    const engine = await open((await serve({ answer: () => nothing })).address);
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: [] } }]);
  });

  it("a response that lacks a requested tensor fails the run", async () => {
    const said = outputs({ ...y, shape: [1, 1], data: [1] });
    const engine = await open((await serve({ answer: () => said })).address, { outputs: ["y", "z"] });
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
      /response lacks the tensor "z" of runner\.outputs; it has "y"/,
    );
  });
});
