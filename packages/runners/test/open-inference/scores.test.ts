import { readFile } from "node:fs/promises";
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

  it("a score that is not finite fails its input alone, and names the class", async () => {
    const said = {
      text: '{"outputs": [{"name": "logits", "datatype": "FP32", "shape": [2, 3], "data": [1, 2, 3, 4, 1e999, 6]}]}',
    };
    const engine = await open((await serve({ answer: () => said })).address, { postprocess });
    const items = input("[1, 2, 3]", "a");
    expect(await answers(engine, items, items)).toMatchObject([
      { result: { classPredictions: [{ class: "c" }] } },
      'The model returned Infinity in its output "logits" for class "b", which JSON cannot hold.',
    ]);
  });

  it.each([
    ["a coordinate", "boxes", "[0, 0, 4, 4, 0, 0, 1e999, 4]", "[0.9, 0.1]"],
    ["a score", "scores", "[0, 0, 4, 4, 0, 0, 4, 4]", "[0.9, -1e999]"],
  ])(
    "%s of a box that is not finite fails the input, even of a box that is left out",
    async (_name, name, boxes, own) => {
      const tensor = (output: string, shape: string, data: string) =>
        `{"name": "${output}", "datatype": "FP32", "shape": ${shape}, "data": ${data}}`;
      const said = {
        text: `{"outputs": [${tensor("boxes", "[1, 2, 4]", boxes)}, ${tensor("scores", "[1, 2, 1]", own)}]}`,
      };
      const engine = await open((await serve({ answer: () => said })).address, {
        inputs: [
          {
            tensor: "numbers",
            from: "image",
            item: "image",
            resize: { fit: "fill" },
            crop: { width: 4, height: 4 },
            mean: [0],
            std: [1],
            layout: "nchw",
          },
        ],
        postprocess: {
          kind: "detection",
          boxes: "boxes",
          scores: "scores",
          format: "xyxy",
          coordinates: "pixels",
          activation: "none",
          labels: ["cat"],
          minimumScore: 0.5,
          top: 9,
        },
      });
      const image = await readFile(new URL("../pictures/rgb.png", import.meta.url));
      expect(await answers(engine, { image })).toEqual([
        expect.stringMatching(
          new RegExp(`^The model returned -?Infinity in its output "${name}" for box 1, which JSON cannot hold`),
        ),
      ]);
    },
  );

  it("a number of scores other than that of the labels fails the run", async () => {
    const said = outputs({ ...logits, shape: [1, 2], data: [1, 2] });
    const engine = await open((await serve({ answer: () => said })).address, { postprocess });
    await expect(answers(engine, input("[1, 2, 3]", "a"))).rejects.toThrow(
      /it returns 2 values for an input, but the number of labels is 3/,
    );
  });
});
