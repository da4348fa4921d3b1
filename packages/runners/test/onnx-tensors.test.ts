import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { sessionThreads } from "../src/onnx/session.js";
import { findRunner, type DataItems, type Engine, type RunOutcome } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const directory = fileURLToPath(new URL("onnx-models", import.meta.url));
const { signal } = new AbortController();

async function load(file: string, settings: object): Promise<Engine> {
  const manifest = exampleManifest({ directory, runner: { kind: "onnx", file, ...settings } });
  const engine = await (await findRunner(manifest)).load(manifest, signal);
  onTestFinished(() => engine.close());
  return engine;
}

/** What is answered to each input: a result, or the sentence of its failure. */
async function answers(engine: Engine, ...batch: DataItems[]): Promise<unknown[]> {
  return (await engine.run(batch, { explain: false, signal })).map(resultOf);
}

function resultOf(outcome: RunOutcome): unknown {
  if (!outcome.succeeded) return outcome.error;
  const bytes = outcome.outputs["results.json"]?.bytes ?? [];
  return (JSON.parse(Buffer.from(bytes).toString()) as { data: { result: unknown } }).data.result;
}

const json = (value: unknown): DataItems => ({ "row.json": Buffer.from(JSON.stringify(value)) });
const text = (words: string): DataItems => ({ "input.txt": Buffer.from(words) });
const columns = (...names: string[]) => ({
  kind: "tabular",
  item: "row.json",
  columns: names.map((name) => ({ name })),
});
const tensor = { kind: "tensor", from: "json", item: "row.json" };
const tensors = { kind: "tensors" };
const classes = (...labels: string[]) => ({ kind: "classification", activation: "none", labels, top: labels.length });
const score = (name: string, value: number) => ({ class: name, score: expect.closeTo(value, 5) });

const blueish = await sharp({ create: { width: 9, height: 9, channels: 3, background: { r: 9, g: 200, b: 255 } } })
  .png()
  .toBuffer();

describe("what scikit-learn exports", () => {
  const iris = columns("sepal length", "sepal width", "petal length", "petal width");
  const flower = json({ "sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2 });
  const kinds = classes("setosa", "versicolor", "virginica");

  it.each(["sklearn-tensors.onnx", "sklearn-double.onnx"])(
    "%s returns its probabilities, not its labels",
    async (file) => {
      const engine = await load(file, { preprocess: iris, postprocess: kinds });
      // As predict_proba has them.
      const classPredictions = [score("setosa", 0.981557), score("versicolor", 0.018443), score("virginica", 0)];
      expect(await answers(engine, flower)).toEqual([{ classPredictions }]);
    },
  );

  it("loading rejects scores as a sequence of maps and says what to do", async () => {
    await expect(load("sklearn-maps.onnx", { preprocess: iris, postprocess: kinds })).rejects.toThrow(
      /"output_probability" is a sequence or a map, not a tensor: .* options=\{"zipmap": False\}/,
    );
    await expect(load("sklearn-maps.onnx", { preprocess: iris, postprocess: tensors })).rejects.toThrow(/zipmap/);
  });

  it("reads a readable output next to an unreadable one", async () => {
    const postprocess = { ...tensors, outputs: ["output_label"] };
    const engine = await load("sklearn-maps.onnx", { preprocess: iris, postprocess });
    expect(await answers(engine, flower)).toEqual([{ output_label: 0 }]);
  });

  it("each column becomes a tensor, and texts stay texts", async () => {
    const inputs = [
      { tensor: "size", ...columns("size") },
      { tensor: "colour", ...columns("colour") },
    ];
    const engine = await load("sklearn-columns.onnx", { inputs, postprocess: classes("large", "small") });
    expect(
      await answers(
        engine,
        json({ size: 1, colour: "red" }),
        json({ size: 1, colour: 3 }),
        json({ size: "1", colour: "red" }),
        json({ size: 1, colour: "red", weight: 2 }),
      ),
    ).toEqual([
      { classPredictions: [score("small", 0.818428), score("large", 0.181572)] },
      'Column "colour" of data item "row.json" is not valid: found 3, expected a string.',
      'Column "size" of data item "row.json" is not valid: found "1", expected a number.',
      'Data item "row.json" has a column "weight"; the model takes "size", "colour".',
    ]);
  });
});

describe("tensors of the type that the model has", () => {
  it.each([
    ["float16", [0.5, -3]],
    ["double", [0.5, -3]],
    ["int64", [7, -3]],
    ["int32", [7, -3]],
    ["uint8", [7, 255]],
    ["int8", [7, -128]],
    ["bool", [1, 0]],
  ])("passes numbers as %s", async (type, numbers) => {
    const row = json({ a: numbers[0], b: numbers[1] });
    const tabular = await load(`takes-${type}.onnx`, { preprocess: columns("a", "b"), postprocess: tensors });
    expect(await answers(tabular, row, row)).toEqual([{ scores: numbers }, { scores: numbers }]);
    const nested = await load(`takes-${type}.onnx`, { preprocess: tensor, postprocess: tensors });
    expect(await answers(nested, json(numbers))).toEqual([{ scores: numbers }]);
  });

  it.each(["float16", "double", "int64"])("numbers are read as %s", async (type) => {
    const file = `gives-${type}.onnx`;
    const engine = await load(file, { preprocess: tensor, postprocess: tensors });
    expect(await answers(engine, json([5, -2]))).toEqual([{ scores: [5, -2] }]);
    const classifier = await load(file, { preprocess: tensor, postprocess: classes("a", "b") });
    expect(await answers(classifier, json([5, -2]))).toEqual([{ classPredictions: [score("a", 5), score("b", -2)] }]);
  });

  it("a value outside the type's range fails only its input", async () => {
    const engine = await load("takes-uint8.onnx", { preprocess: columns("a", "b"), postprocess: tensors });
    const refusal = (found: number) =>
      `Column "a" of data item "row.json" is not valid: found ${found}, expected a whole number from 0 to 255.`;
    expect(await answers(engine, ...[256, -1, 0.5].map((a) => json({ a, b: 1 })), json({ a: 255, b: 1 }))).toEqual([
      refusal(256),
      refusal(-1),
      refusal(0.5),
      { scores: [255, 1] },
    ]);
  });

  it("files of numbers can be tensors", async () => {
    const values = { kind: "tensor", from: "values", item: "x.bin", datatype: "FP16", shape: [2] };
    const engine = await load("takes-float16.onnx", { preprocess: values, postprocess: tensors });
    // 1 and -2 as 16-bit floats.
    const items = { "x.bin": Buffer.from([0x00, 0x3c, 0x00, 0xc0]) };
    expect(await answers(engine, items, { "x.bin": Buffer.alloc(3) })).toEqual([
      { scores: [1, -2] },
      'Data item "x.bin" has 3 bytes; FP16 of shape [2] needs 4.',
    ]);
  });

  it("an input that the model rejects fails alone", async () => {
    const engine = await load("lookup.onnx", { preprocess: columns("row"), postprocess: tensors });
    expect(await answers(engine, json({ row: 1 }), json({ row: 9 }), json({ row: 2 }))).toEqual([
      { scores: [2, 3] },
      expect.stringMatching(/^The model cannot run on this input: /),
      { scores: [4, 5] },
    ]);
  });

  it("reads JSON with a byte order mark", async () => {
    const row = { "row.json": Buffer.from('\uFEFF{"a": 1, "b": 2}') };
    const engine = await load("takes-int32.onnx", { preprocess: columns("a", "b"), postprocess: tensors });
    expect(await answers(engine, row)).toEqual([{ scores: [1, 2] }]);
  });
});

describe("inputs of several kinds", () => {
  const picture = {
    tensor: "picture",
    kind: "image",
    item: "image",
    resize: { fit: "fill" },
    crop: { width: 4, height: 4 },
    scale: 1,
    mean: [0],
    std: [1],
    layout: "nhwc",
  };
  const both = { inputs: [picture, { tensor: "numbers", ...tensor }], postprocess: tensors };

  it("combines a picture and numbers into one input, and batches inputs of one shape", async () => {
    const engine = await load("picture-and-numbers.onnx", both);
    const inputs = [[1, 2], [3], [4, 5]].map((numbers) => ({ image: blueish, ...json(numbers) }));
    expect(await answers(engine, ...inputs)).toEqual([3, 3, 9].map((sum) => ({ scores: [9, 200, 255, sum] })));
  });

  it("grey pictures have one channel", async () => {
    const { tensor: _, ...settings } = picture;
    const preprocess = { ...settings, layout: "nchw", channels: 1, scale: 0.5, mean: [4] };
    const engine = await load("grey.onnx", { preprocess, postprocess: tensors });
    const grey = await sharp(blueish).greyscale().linear(0, 100).png().toBuffer();
    const [first] = (await answers(engine, { image: grey })) as [{ scores: number[] }];
    expect(first.scores).toEqual([46, 46]);
  });
});

describe("files that fix the number of inputs of a run", () => {
  it.each([1, 3, 4, 6])("returns %i inputs in order", async (count) => {
    const engine = await load("four-rows.onnx", { preprocess: columns("a", "b"), postprocess: tensors });
    const rows = Array.from({ length: count }, (_, index) => [index, index * 10]);
    expect(await answers(engine, ...rows.map(([a, b]) => json({ a, b })))).toEqual(rows.map((scores) => ({ scores })));
  });
});

describe("tokens", () => {
  const preprocess = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 6 };
  // [CLS] mill [SEP] and [CLS] mill ##race ! [SEP].
  const [short, long] = [text("mill"), text("Millrace!")];
  const states = { ...tensors, outputs: ["states"] };

  it("passes positions if the model has such an input, and does not pad without a mask", async () => {
    const engine = await load("token-places.onnx", { preprocess, postprocess: tensors });
    const alone = [(await answers(engine, short))[0], (await answers(engine, long))[0]];
    expect(alone[0]).toEqual({
      states: [
        [2, 0],
        [10, 1],
        [3, 2],
      ],
    });
    expect(await answers(engine, short, long)).toEqual(alone);
  });

  it.each(["token-states.onnx", "eight-tokens.onnx"])(
    "%s: a text has as many rows as tokens, alone and in a batch",
    async (file) => {
      const engine = await load(file, { preprocess, postprocess: tensors });
      const rows = (ids: number[]) => ids.map((id) => [id, 99]);
      // The last two are of nearly one length, so that the shorter is padded.
      const words = ["cafe ".repeat(20), "mill", "Millrace!", "cafe cafe cafe cafe"].map(text);
      const alone: unknown[] = [];
      for (const one of words) alone.push((await answers(engine, one))[0]);
      expect(alone[1]).toEqual({ states: rows([2, 10, 3]), count: [3] });
      expect(alone[2]).toEqual({ states: rows([2, 10, 20, 60, 3]), count: [5] });
      expect(await answers(engine, ...words)).toEqual(alone);
    },
  );

  it("padding to the longest leaves no extra rows in the output", async () => {
    const engine = await load("token-states.onnx", {
      preprocess: { ...preprocess, maximumTokens: 30 },
      postprocess: states,
    });
    const [twenty, twentyTwo] = [18, 20].map((count) => text("cafe ".repeat(count)));
    const [first, second] = (await answers(engine, twenty ?? {}, twentyTwo ?? {})) as { states: unknown[] }[];
    expect([first?.states.length, second?.states.length]).toEqual([20, 22]);
  });

  it("pooling returns one vector per text, independent of the batch", async () => {
    const mean = await load("token-states.onnx", {
      preprocess: { ...preprocess, maximumTokens: 30 },
      postprocess: { ...states, pooling: "mean" },
    });
    const [twenty, twentyTwo] = [18, 20].map((count) => text("cafe ".repeat(count)));
    expect(await answers(mean, twenty ?? {}, twentyTwo ?? {}, short)).toEqual([
      { states: [expect.closeTo((2 + 18 * 30 + 3) / 20, 6), 99] },
      { states: [expect.closeTo((2 + 20 * 30 + 3) / 22, 6), 99] },
      { states: [5, 99] },
    ]);
    const first = await load("token-states.onnx", { preprocess, postprocess: { ...states, pooling: "cls" } });
    expect(await answers(first, long)).toEqual([{ states: [2, 99] }]);
  });

  it("normalized vectors have length 1", async () => {
    const postprocess = { ...states, pooling: "mean", normalize: true };
    const engine = await load("eight-tokens.onnx", { preprocess, postprocess });
    const length = Math.hypot(5, 99);
    expect(await answers(engine, short)).toEqual([
      { states: [expect.closeTo(5 / length, 6), expect.closeTo(99 / length, 6)] },
    ]);
  });
});

describe("loading reports settings that do not match the file", () => {
  const tokenizer = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 6 };
  const image = {
    kind: "image",
    item: "image",
    resize: { fit: "fill" },
    crop: { width: 4, height: 4 },
    mean: [0],
    std: [1],
    layout: "nhwc",
  };
  const two = columns("a", "b");

  it.each([
    [
      "another number of columns",
      ["takes-int32.onnx", { preprocess: columns("a"), postprocess: tensors }],
      /^runner\.preprocess of its model\.yaml gives \[batch, 1\] to the model's input "x", which takes INT32 \[batch, 2\]: correct columns\.$/,
    ],
    [
      "another layout",
      ["grey.onnx", { preprocess: { ...image, channels: 1 }, postprocess: tensors }],
      /gives \[batch, 4, 4, 1\] .*"image", which takes FP32 \[batch, 1, 4, 4\]: correct layout, crop or channels/,
    ],
    [
      "another rank",
      ["takes-int32.onnx", { preprocess: { ...tensor, shape: [1, 2] }, postprocess: tensors }],
      /gives \[batch, 1, 2\] .*: correct shape/,
    ],
    [
      "another type",
      [
        "takes-int32.onnx",
        { preprocess: { ...tensor, from: "values", datatype: "INT64", shape: [2] }, postprocess: tensors },
      ],
      /gives INT64 to the model's input "x", which takes INT32 \[batch, 2\]: correct datatype/,
    ],
    [
      "a tensor that the model does not have",
      ["takes-int32.onnx", { preprocess: { ...two, tensor: "y" }, postprocess: tensors }],
      /runner\.preprocess\.tensor of its model\.yaml is "y"; the model has the inputs "x"/,
    ],
    [
      "no tensor where there are several",
      ["picture-and-numbers.onnx", { preprocess: image, postprocess: tensors }],
      /runner\.preprocess\.tensor of its model\.yaml is missing; the model has the inputs "picture", "numbers"/,
    ],
    [
      "an input that nothing gives",
      ["picture-and-numbers.onnx", { preprocess: { ...tensor, tensor: "numbers" }, postprocess: tensors }],
      /its input "picture" \(UINT8 \[batch, 4, 4, 3\]\) has no source: list .* in runner\.inputs/,
    ],
    [
      "pixels from 0 to 1 for a model of whole numbers",
      [
        "picture-and-numbers.onnx",
        {
          inputs: [
            { ...image, tensor: "picture" },
            { ...tensor, tensor: "numbers" },
          ],
          postprocess: tensors,
        },
      ],
      /runner\.inputs\.0\.scale of its model\.yaml is missing: the model takes whole numbers/,
    ],
    [
      "a number of means that is not that of the channels",
      ["grey.onnx", { preprocess: { ...image, mean: [1, 2] }, postprocess: tensors }],
      /runner\.preprocess\.mean is not valid: found \[1,2\], expected one number or 3/,
    ],
    [
      "texts for a model without tokens",
      ["takes-int32.onnx", { preprocess: tokenizer, postprocess: tensors }],
      /is tokenizer, but the model has no input "input_ids"; it has "x"/,
    ],
    [
      "more tokens than the model takes",
      ["eight-tokens.onnx", { preprocess: { ...tokenizer, maximumTokens: 9 }, postprocess: tensors }],
      /runner\.preprocess\.maximumTokens of its model\.yaml is 9, but the model takes 8 tokens/,
    ],
    [
      "a tokenizer that is not there",
      ["token-states.onnx", { preprocess: { ...tokenizer, tokenizer: "absent.json" }, postprocess: tensors }],
      /runner\.preprocess\.tokenizer of its model\.yaml names .*absent\.json, which cannot be read/,
    ],
    [
      "a tokenizer that is none",
      ["token-states.onnx", { preprocess: { ...tokenizer, tokenizer: "four-rows.onnx" }, postprocess: tensors }],
      /runner\.preprocess\.tokenizer of its model\.yaml names .*four-rows\.onnx, which cannot be read/,
    ],
    [
      "an output that the model does not have",
      ["takes-int32.onnx", { preprocess: two, postprocess: { ...classes("a", "b"), output: "y" } }],
      /runner\.postprocess\.output of its model\.yaml names the output "y"; the model has "scores"/,
    ],
    [
      "tensors that the model does not have",
      ["takes-int32.onnx", { preprocess: two, postprocess: { ...tensors, outputs: ["scores", "y"] } }],
      /runner\.postprocess\.outputs of its model\.yaml names the output "y"/,
    ],
    [
      "pooling of numbers",
      ["takes-int32.onnx", { preprocess: two, postprocess: { ...tensors, pooling: "mean" } }],
      /runner\.postprocess\.pooling of its model\.yaml needs texts/,
    ],
    [
      "pooling of what has no tokens",
      ["token-states.onnx", { preprocess: tokenizer, postprocess: { ...tensors, outputs: ["count"], pooling: "cls" } }],
      /needs an output with a vector for each token/,
    ],
    [
      "an unknown type",
      [
        "takes-int32.onnx",
        { preprocess: { ...tensor, from: "values", datatype: "FP31", shape: [2] }, postprocess: tensors },
      ],
      /^model\.yaml: runner\.preprocess\.datatype is not valid: found "FP31", expected one of BOOL, .*FP64\.$/,
    ],
    [
      "both ways to say what goes in",
      ["takes-int32.onnx", { preprocess: two, inputs: [two], postprocess: tensors }],
      /runner\.inputs is not valid: found a preprocess beside it/,
    ],
    [
      "an empty list",
      ["takes-int32.onnx", { inputs: [], postprocess: tensors }],
      /runner\.inputs is not valid: found \[\], expected a non-empty list/,
    ],
  ] satisfies [string, [string, object], RegExp][])("%s", async (_name, [file, settings], message) => {
    await expect(load(file, settings)).rejects.toThrow(message);
  });
});

it.each([
  [0, 1],
  [0.5, 1],
  [1, 1],
  [2.9, 2],
  [8, 8],
])("resources.cpu.count %d are %i threads of a session", (cpuCount, threads) => {
  expect(sessionThreads({ cpuCount })).toBe(threads);
});
