import { describe, expect, it, onTestFinished } from "vitest";
import { startV2GrpcServer } from "../model-servers/v2-grpc-server.mjs";
import { answers, input, open, signal } from "./fixture.js";

describe("a model behind the Open Inference Protocol over gRPC", () => {
  const openGrpc = async (parameters: Parameters<typeof startV2GrpcServer>[0]) => {
    const server = await startV2GrpcServer(parameters);
    onTestFinished(server.close);
    return open(server.address);
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

  it("integers beyond 2^53 keep all their digits", async () => {
    const contents = { int64_contents: ["9007199254740993", "7"] };
    const engine = await openGrpc({
      answer: () => ({ outputs: [{ name: "y", datatype: "INT64", shape: [1, 2], contents }] }),
    });
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: ["9007199254740993", 7] } }]);
  });

  it.each(["ServerReady", "ModelReady", "ModelMetadata"])(
    "a server without %s is ready according to its other endpoints",
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
