import { describe, expect, it } from "vitest";
import { answers, input, open, outputs, serve, signal } from "./fixture.js";

describe("a model behind the Open Inference Protocol that returns class scores", () => {
  const postprocess = { kind: "classification", activation: "softmax", labels: ["a", "b", "c"], top: 1 };
  const scores = [Math.log(1), Math.log(5), Math.log(2)];
  const label = { name: "label", datatype: "INT64" };
  const logits = { name: "logits", datatype: "FP32" };

  it.each([
    ["in batches", true, outputs({ ...label, shape: [1], data: [1] }, { ...logits, shape: [1, 3], data: scores })],
    ["one by one", false, outputs({ ...label, shape: [], data: [1] }, { ...logits, shape: [3], data: scores })],
  ])("returns them, %s, and all of them to explain", async (_name, batched, said) => {
    const engine = await open((await serve({ answer: () => said })).address, { postprocess, batched });
    const items = input("[1, 2, 3]", "a");
    const b = { class: "b", score: expect.closeTo(5 / 8, 6) };
    expect(await answers(engine, items)).toMatchObject([{ result: { classPredictions: [b] } }]);
    const [every] = await engine.run([items], { explain: false, everyClass: true, signal });
    const bytes = every?.succeeded === true ? every.outputs["results.json"]?.bytes : undefined;
    const { data } = JSON.parse(Buffer.from(bytes ?? []).toString()) as { data: { result: object } };
    expect(data.result).toMatchObject({ classPredictions: [b, { class: "c" }, { class: "a" }] });
  });

  it("a number of scores other than that of the labels fails the run", async () => {
    const said = outputs({ ...logits, shape: [1, 2], data: [1, 2] });
    const engine = await open((await serve({ answer: () => said })).address, { postprocess });
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
      /it returns 2 values for an input, but the number of labels is 3/,
    );
  });
});
