import { fileURLToPath } from "node:url";
import type { ClassificationOutput } from "@millrace/contract";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { findRunner, type DataItems, type Engine, type RunOutcome } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const directory = fileURLToPath(new URL("onnx-models", import.meta.url));
const neverAborted = new AbortController().signal;

const imageRunner = (file: string) => ({
  kind: "onnx",
  file,
  preprocess: {
    kind: "image",
    item: "image",
    resize: { shortestSide: 4 },
    crop: { width: 4, height: 4 },
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    layout: "nchw",
  },
  postprocess: { kind: "classification", activation: "none", labels: ["red", "green", "blue"], top: 3 },
});
const textRunner = {
  kind: "onnx",
  file: "token-sums.onnx",
  preprocess: { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 6 },
  postprocess: { kind: "classification", activation: "none", labels: ["count", "sum"], top: 2 },
};

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

async function load(runner: { readonly kind: string } & Record<string, unknown>): Promise<Engine> {
  const manifest = exampleManifest({ directory, runner });
  const engine = await (await findRunner(manifest)).load(manifest, neverAborted);
  engines.push(engine);
  return engine;
}

const run = (engine: Engine, batch: DataItems[]) => engine.run(batch, { explain: false, signal: neverAborted });

function scoresOf(outcome: RunOutcome | undefined): Record<string, number> {
  if (outcome?.succeeded !== true) throw new Error(outcome?.error ?? "no outcome");
  const output = JSON.parse(
    Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString(),
  ) as ClassificationOutput;
  return Object.fromEntries(
    output.data.result.classPredictions.map((prediction) => [prediction.class, prediction.score]),
  );
}

const picture = async (r: number, g: number, b: number): Promise<DataItems> => ({
  image: await sharp({ create: { width: 9, height: 7, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer(),
});
const text = (words: string): DataItems => ({ "input.txt": Buffer.from(words) });

describe("ONNX models of pictures", () => {
  it.each(["mean-colour.onnx", "mean-colour-one-by-one.onnx"])(
    "%s returns the pictures of a batch in order, and a broken one fails alone",
    async (file) => {
      const engine = await load(imageRunner(file));
      const outcomes = await run(engine, [
        await picture(250, 0, 5),
        { image: Buffer.from("no picture") },
        await picture(1, 2, 3),
        { photo: Buffer.from("?") },
        await picture(0, 9, 0),
      ]);
      expect(scoresOf(outcomes[0])).toEqual({ red: 250, blue: 5, green: 0 });
      expect(outcomes[1]).toMatchObject({
        succeeded: false,
        error: expect.stringMatching(/"image" is not a readable image/),
      });
      expect(scoresOf(outcomes[2])).toEqual({ blue: 3, green: 2, red: 1 });
      expect(outcomes[3]).toEqual({
        succeeded: false,
        error: 'Data item "image" is missing; this input has "photo".',
      });
      expect(scoresOf(outcomes[4])).toEqual({ red: 0, green: 9, blue: 0 });
    },
  );

  it.each(["none", "sigmoid", "softmax"])(
    "an infinite score fails its input before %s, and names the class",
    async (activation) => {
      const runner = imageRunner("mean-colour.onnx");
      const engine = await load({
        ...runner,
        preprocess: { ...runner.preprocess, scale: 3e36 },
        postprocess: { ...runner.postprocess, activation },
      });
      const [large, small] = await run(engine, [await picture(1, 250, 0), await picture(1, 2, 3)]);
      expect(large).toEqual({
        succeeded: false,
        error: 'The model returned Infinity in its output "scores" for class "green", which JSON cannot hold.',
      });
      expect(small?.succeeded).toBe(true);
    },
  );

  it("notices scores that already sum to 1 before softmax, and no others", async () => {
    const runner = imageRunner("mean-colour.onnx");
    const preprocess = { ...runner.preprocess, scale: 1 / 255 };
    const noticesOf = async (activation: string, ...colors: Parameters<typeof picture>) => {
      const engine = await load({ ...runner, preprocess, postprocess: { ...runner.postprocess, activation } });
      const [outcome] = await run(engine, [await picture(...colors)]);
      return outcome?.succeeded === true ? outcome.notices : outcome;
    };
    expect(await noticesOf("softmax", 51, 102, 102)).toEqual([
      'The scores of the output "scores" already sum to 1 before softmax, so the model has applied it: set runner.postprocess.activation: none.',
    ]);
    expect(await noticesOf("softmax", 51, 102, 110)).toBeUndefined();
    expect(await noticesOf("none", 51, 102, 102)).toBeUndefined();
  });

  it("returns the best class first and no more than requested", async () => {
    const runner = imageRunner("mean-colour.onnx");
    const engine = await load({ ...runner, postprocess: { ...runner.postprocess, top: 2 } });
    const [outcome] = await run(engine, [await picture(10, 30, 20)]);
    expect(Object.keys(scoresOf(outcome))).toEqual(["green", "blue"]);
    const [every] = await engine.run([await picture(10, 30, 20)], {
      explain: false,
      everyClass: true,
      signal: neverAborted,
    });
    expect(Object.keys(scoresOf(every))).toEqual(["green", "blue", "red"]);
  });
});

describe("ONNX models that find things in pictures", () => {
  const detector = {
    ...imageRunner("detector.onnx"),
    preprocess: { ...imageRunner("").preprocess, resize: { fit: "contain" }, crop: { width: 8, height: 8 } },
    postprocess: {
      kind: "detection",
      boxes: "boxes",
      scores: "logits",
      format: "cxcywh",
      coordinates: "relative",
      activation: "none",
      labels: ["red", "green", "blue"],
      minimumScore: 20,
      overlap: 0.5,
      top: 10,
    },
  };
  const wide = async (r: number, g: number, b: number): Promise<DataItems> => ({
    image: await sharp({ create: { width: 80, height: 40, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer(),
  });
  const detectionsOf = (outcome: RunOutcome | undefined) => {
    if (outcome?.succeeded !== true) throw new Error(outcome?.error ?? "no outcome");
    return (
      JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()) as { data: { result: object } }
    ).data.result;
  };
  // Half of what the model sees is the picture, half are bars of grey 114.
  const expected = {
    detections: [
      { class: "red", score: 157, boundingBox: { x: 0, y: 0, width: 40, height: 20 } },
      { class: "red", score: 78.5, boundingBox: { x: 40, y: 30, width: 40, height: 10 } },
    ],
  };

  it.each([
    ["rows of two outputs", detector],
    [
      "columns of one output",
      {
        ...detector,
        file: "detector-transposed.onnx",
        postprocess: { ...detector.postprocess, boxes: undefined, scores: undefined, transposed: true },
      },
    ],
  ])(
    "boxes that are %s are told in pixels of the picture, without those that lie over a better one",
    async (_, runner) => {
      const engine = await load(JSON.parse(JSON.stringify(runner)) as typeof runner);
      const outcomes = await run(engine, [await wide(200, 0, 0), { image: Buffer.from("no") }, await wide(0, 200, 0)]);
      expect(detectionsOf(outcomes[0])).toEqual(expected);
      expect(outcomes[1]).toMatchObject({ succeeded: false });
      expect(detectionsOf(outcomes[2])).toMatchObject({ detections: [{ class: "green" }, { class: "green" }] });
    },
  );

  it("omits boxes below the minimum score and returns no more than requested", async () => {
    const engine = await load({ ...detector, postprocess: { ...detector.postprocess, minimumScore: 80 } });
    expect(detectionsOf((await run(engine, [await wide(200, 0, 0)]))[0])).toEqual({
      detections: [expected.detections[0]],
    });
    const all = await load({ ...detector, postprocess: { ...detector.postprocess, overlap: undefined, top: 2 } });
    expect(detectionsOf((await run(all, [await wide(200, 0, 0)]))[0])).toMatchObject({
      detections: [{ score: 157 }, { score: expect.closeTo(141.3, 3) }],
    });
  });

  it("a class can stand for the background", async () => {
    const { labels: _, ...settings } = detector.postprocess;
    const engine = await load({
      ...detector,
      postprocess: {
        ...settings,
        activation: "softmax",
        minimumScore: 0.5,
        labels: ["green", "blue"],
        background: "first",
      },
    });
    expect(detectionsOf((await run(engine, [await wide(200, 0, 0)]))[0])).toEqual({ detections: [] });
    expect(detectionsOf((await run(engine, [await wide(0, 0, 200)]))[0])).toMatchObject({
      detections: [{ class: "blue" }, { class: "blue" }],
    });
  });

  it("returns outputs unchanged if nothing else is declared", async () => {
    const engine = await load({ ...detector, postprocess: { kind: "tensors", outputs: ["boxes"] } });
    expect(detectionsOf((await run(engine, [await wide(200, 0, 0)]))[0])).toEqual({
      boxes: [
        [0.25, 0.25, 0.5, 0.5],
        [expect.closeTo(0.27, 6), 0.25, 0.5, 0.5],
        [0.75, 0.75, 0.5, 0.25],
      ],
    });
  });

  it.each([
    ["fewer labels than scores", { labels: ["a"] }, /returns 3 scores for a box, but 1 are expected/],
    [
      "an output that is not there",
      { boxes: "rectangles" },
      /runner\.postprocess\.boxes of its model\.yaml names the output "rectangles"; the model has "boxes", "logits"/,
    ],
    [
      "columns that are rows",
      { transposed: true, scores: undefined },
      /has the shape \[batch, 3, 4\]; expected .* transposed/,
    ],
  ])("loading reports %s", async (_name, settings, message) => {
    const runner = { ...detector, postprocess: { ...detector.postprocess, ...settings } };
    await expect(load(JSON.parse(JSON.stringify(runner)) as typeof detector)).rejects.toThrow(message);
  });
});

describe("ONNX models of texts", () => {
  it("pads to the longest text of the batch, and padding changes nothing", async () => {
    const engine = await load(textRunner);
    const texts = ["mill", "Millrace!", "caf\u00e9 CAFE cafe\u0301", "日本"];
    const together = await run(engine, texts.map(text));
    for (const [index, words] of texts.entries())
      expect(together[index]).toEqual((await run(engine, [text(words)]))[0]);
    expect(together.map(scoresOf)).toEqual([
      { count: 3, sum: 2 + 10 + 3 },
      { count: 5, sum: 2 + 10 + 20 + 60 + 3 },
      { count: 5, sum: 2 + 30 + 30 + 30 + 3 },
      { count: 4, sum: 2 + 40 + 50 + 3 },
    ]);
  });

  it("truncates a text that is too long and keeps its end token", async () => {
    const engine = await load(textRunner);
    const [outcome] = await run(engine, [text("cafe ".repeat(50))]);
    expect(scoresOf(outcome)).toEqual({ count: 6, sum: 2 + 4 * 30 + 3 });
  });

  it.each([
    ["nothing", Buffer.alloc(0), 'Data item "input.txt" is empty.'],
    ["white space", Buffer.from(" \n\t"), 'Data item "input.txt" has only whitespace.'],
    [
      "Latin-1",
      Buffer.from("caf\u00e9", "latin1"),
      'Data item "input.txt" is not UTF-8 text: byte 3 is 0xE9; convert it to UTF-8.',
    ],
  ])("rejects %s", async (_name, bytes, error) => {
    const engine = await load(textRunner);
    expect(await run(engine, [{ "input.txt": bytes }])).toEqual([{ succeeded: false, error }]);
  });
});

describe("ONNX models that do not match their model.yaml", () => {
  it.each([
    ["a file that is not there", { ...textRunner, file: "absent.onnx" }, /absent\.onnx/],
    ["a file that is no model", { ...textRunner, file: "tokenizer.json" }, /tokenizer\.json/],
    [
      "fewer labels than scores",
      { ...textRunner, postprocess: { ...textRunner.postprocess, labels: ["one"] } },
      /it returns 2 values for an input, but the number of labels is 1/,
    ],
    [
      "no labels",
      { ...textRunner, postprocess: { kind: "classification", activation: "none", top: 1 } },
      /neither labels nor labelsFile/,
    ],
    [
      "a wrong activation",
      { ...textRunner, postprocess: { ...textRunner.postprocess, activation: "tanh" } },
      /runner\.postprocess\.activation is not valid: found "tanh"/,
    ],
    [
      "a wrong layout",
      { ...imageRunner("x.onnx"), preprocess: { ...imageRunner("x.onnx").preprocess, layout: "nhcw" } },
      /runner\.preprocess\.layout is not valid: found "nhcw"/,
    ],
    ["no preprocessing", { ...textRunner, preprocess: undefined }, /runner\.preprocess\.kind is required/],
    [
      "a tokenizer without its file",
      { ...textRunner, preprocess: { kind: "tokenizer", item: "input.txt", maximumTokens: 6 } },
      /runner\.preprocess\.tokenizer is required: found nothing, expected a string/,
    ],
    [
      "a postprocessing that there is not",
      { ...textRunner, postprocess: { kind: "magic" } },
      /runner\.postprocess\.kind is not valid: found "magic", expected one of classification, detection, tensors/,
    ],
    [
      "boxes of texts",
      {
        ...textRunner,
        postprocess: {
          ...textRunner.postprocess,
          kind: "detection",
          format: "xyxy",
          coordinates: "pixels",
          minimumScore: 0,
        },
      },
      /needs an image: runner.preprocess.kind image/,
    ],
  ])("loading rejects %s", async (_name, runner, message) => {
    await expect(load(runner)).rejects.toThrow(message);
  });

  it("a model that needs a missing GPU fails and says what to install", async () => {
    const manifest = exampleManifest({ directory, runner: imageRunner("mean-colour.onnx"), gpuCount: 1 });
    const loading = (await findRunner(manifest)).load(manifest, neverAborted).then((engine) => engine.close());
    // A machine that has CUDA loads it.
    await expect(loading.catch((error: Error) => error.message)).resolves.toSatisfy(
      (said) => said === undefined || /cannot be loaded with CUDA .*npm rebuild onnxruntime-node/s.test(String(said)),
    );
  });
});
