// Deletion and insertion curves of the bundled models' explanations, against a random order and naive occlusion; what an explanation costs.
// npm run build && node --conditions=source --import tsx bench/explanations/run.ts SENTENCES.json [--out FOLDER] [--photos FOLDER, as photographs.ts makes them] [--rows FILE, as train.py of the penguins writes it]
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ExplanationMethod, ImageExplanation, TabularExplanation, TextExplanation } from "@millrace/contract";
import sharp from "sharp";
import { createSeededRandom, findWords, withoutWords } from "@millrace/explainers";
import type { DataItems } from "@millrace/runners";
import { plot } from "../plot.js";
import { areaUnder, measureCurves, shares, type Curves } from "./curves.js";
import { bestOf, loadModel, readJson, type ScoringModel } from "./model.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "." },
    photos: { type: "string", default: "examples/data/photos" },
    rows: { type: "string" },
    /** What is measured: some of them, with commas. */
    parts: { type: "string", default: "cost,text,image,tabular" },
    methods: { type: "string", default: "lime,kernel-shap,rise" },
  },
});
await mkdir(values.out, { recursive: true });
const parts = new Set(values.parts.split(","));
const chosen = (methods: readonly ExplanationMethod[]) =>
  methods.filter((one) => values.methods.split(",").includes(one));
const [sentencesFile] = positionals;
if (parts.has("tabular") && values.rows === undefined)
  throw new Error("Give the file of held-out rows that train.py of the penguins wrote: --rows.");
if (sentencesFile === undefined) throw new Error("Give the file of sentences that sentences.py wrote.");

interface Input {
  /** How many parts the input has that can be taken away. */
  readonly parts: number;
  readonly items: DataItems;
  /** The input with some parts only; several stand for the mean of their scores. */
  readonly keep: (kept: readonly boolean[]) => Promise<readonly DataItems[]>;
  readonly explain: (method: ExplanationMethod) => Promise<readonly number[]>;
}

const baseline = "occlusion of single parts";

const random = createSeededRandom(42);

async function measure(
  title: string,
  model: ScoringModel,
  methods: readonly ExplanationMethod[],
  inputs: readonly Input[],
) {
  const found = new Map<string, Curves[]>();
  for (const [index, input] of inputs.entries()) {
    if (index % 20 === 0) console.error(`${title}: ${index} of ${inputs.length}`);
    const name = bestOf((await model.score([input.items]))[0]);
    const score = async (masks: readonly (readonly boolean[])[]) => {
      const changed = await Promise.all(masks.map((kept) => input.keep(kept)));
      const scores = (await model.score(changed.flat())).map((one) => one.get(name) ?? 0);
      let at = 0;
      return changed.map(({ length }) => mean(scores.slice(at, (at += length))));
    };
    const orders: Record<string, readonly number[]> = {};
    for (const method of methods) orders[method] = await input.explain(method);
    const single = Array.from({ length: input.parts }, (_, part) =>
      Array.from({ length: input.parts }, (_, other) => other !== part),
    );
    orders[baseline] = (await score(single)).map((value) => -value);
    orders["random"] = Array.from({ length: input.parts }, () => random());
    for (const [order, importance] of Object.entries(orders)) {
      const curves = await measureCurves(importance, score);
      found.set(order, [...(found.get(order) ?? []), curves]);
    }
  }
  console.log(
    `\n${title}: ${inputs.length} inputs; area under the curve, and its difference from that of occlusion input by input; mean ± standard error`,
  );
  const areasOf = (order: string, kind: keyof Curves) => (found.get(order) ?? []).map((one) => areaUnder(one[kind]));
  const differences = (order: string, kind: keyof Curves) => {
    const others = areasOf(baseline, kind);
    return areasOf(order, kind).map((area, index) => area - (others[index] ?? 0));
  };
  console.table(
    [...found.keys()].map((order) => ({
      order,
      deletion: describe(areasOf(order, "deletion")),
      "from occlusion's": describe(differences(order, "deletion")),
      insertion: describe(areasOf(order, "insertion")),
      "from occlusion's ": describe(differences(order, "insertion")),
    })),
  );
  return [...found].flatMap(([order, curves]) =>
    (["deletion", "insertion"] as const).flatMap((kind) =>
      shares.map((share, at) => ({
        model: title,
        order,
        kind,
        share,
        score: mean(curves.map((one) => one[kind][at] ?? 0)),
      })),
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function describe(values: readonly number[]): string {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return `${middle.toFixed(4)} ± ${Math.sqrt(variance / values.length).toFixed(4)}`;
}

function textInput(
  model: ScoringModel,
  text: string,
  keepExplanation: (method: string, made: TextExplanation) => void,
): Input {
  const words = findWords(text);
  const items = { "input.txt": Buffer.from(text) };
  return {
    parts: words.length,
    items,
    keep: async (kept) => [
      {
        "input.txt": Buffer.from(
          withoutWords(
            text,
            words.filter((_, index) => kept[index] !== true),
          ),
        ),
      },
    ],
    explain: async (method) => {
      const made = (await model.explain(items, method)) as TextExplanation;
      keepExplanation(method, made);
      return made.wordImportance.map(({ score }) => score);
    },
  };
}

const side = 12;

/** A photograph in 12 x 12 tiles, which are taken away by their mean colour. */
async function imageInput(model: ScoringModel, file: string): Promise<Input> {
  const photo = await readFile(file);
  const { data, info } = await sharp(photo)
    .rotate()
    .resize(256, 256, { fit: "cover" })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const tileOf = (x: number, y: number) => Math.floor((y * side) / height) * side + Math.floor((x * side) / width);
  const means = new Float64Array(side * side * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const tile = tileOf(x, y) * 4;
      for (let channel = 0; channel < 3; channel += 1)
        means[tile + channel] = (means[tile + channel] ?? 0) + (data[(y * width + x) * 3 + channel] ?? 0);
      means[tile + 3] = (means[tile + 3] ?? 0) + 1;
    }
  const encode = (pixels: Uint8Array) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 1 })
      .toBuffer();
  const items = { image: await encode(data) };
  return {
    parts: side * side,
    items,
    async keep(kept) {
      const changed = Uint8Array.from(data);
      for (let y = 0; y < height; y += 1)
        for (let x = 0; x < width; x += 1) {
          const tile = tileOf(x, y);
          if (kept[tile] === true) continue;
          for (let channel = 0; channel < 3; channel += 1)
            changed[(y * width + x) * 3 + channel] = (means[tile * 4 + channel] ?? 0) / (means[tile * 4 + 3] ?? 1);
        }
      return [{ image: await encode(changed) }];
    },
    async explain(method) {
      const { heatMap } = (await model.explain(items, method)) as ImageExplanation;
      const sums = Array.from({ length: side * side }, () => 0);
      heatMap.forEach((row, y) =>
        row.forEach((score, x) => {
          const tile = Math.floor((y * side) / heatMap.length) * side + Math.floor((x * side) / row.length);
          sums[tile] = (sums[tile] ?? 0) + score;
        }),
      );
      return sums;
    },
  };
}

type TableRow = Readonly<Record<string, unknown>>;

/** A row whose columns are taken away by those of the background's rows. */
function tabularInput(model: ScoringModel, row: TableRow, background: readonly TableRow[]): Input {
  const columns = Object.keys(row);
  const toItems = (values: TableRow) => ({ "penguin.json": Buffer.from(JSON.stringify(values)) });
  return {
    parts: columns.length,
    items: toItems(row),
    keep: async (kept) =>
      background.map((other) =>
        toItems(Object.fromEntries(columns.map((name, at) => [name, (kept[at] === true ? row : other)[name]]))),
      ),
    async explain(method) {
      const { featureImportance } = (await model.explain(toItems(row), method)) as TabularExplanation;
      return columns.map((name) => featureImportance.find(({ feature }) => feature === name)?.score ?? 0);
    },
  };
}

async function measureCost(model: ScoringModel, method: ExplanationMethod, inputs: readonly DataItems[]) {
  const { name, version } = model.manifest;
  const before = { ...model.spent };
  const start = performance.now();
  for (const items of inputs) await model.explain(items, method);
  const elapsedMs = performance.now() - start;
  const modelMs = model.spent.modelMs - before.modelMs;
  const calls = model.spent.inputs - before.inputs;
  return {
    model: `${name} ${version}, ${method}`,
    "explained inputs/s": (inputs.length / (elapsedMs / 1_000)).toFixed(2),
    "model calls each": (calls / inputs.length).toFixed(0),
    "ms a call": (modelMs / calls).toFixed(2),
    "outside the model": `${((1 - modelMs / elapsedMs) * 100).toFixed(1)} %`,
  };
}

const sentences = await readJson<string[]>(sentencesFile);
const text = await loadModel("models/sentiment-analysis/1.0.1");
const image = await loadModel("models/image-classification/1.0.0");
const fast = await loadModel("models/sentiment-analysis/0.0.27");
const photos = (await readdir(values.photos)).sort().map((file) => join(values.photos, file));
const some = sentences.slice(0, 40).map((sentence) => ({ "input.txt": Buffer.from(sentence) }));
// What one costs does not depend on which it is.
const pictures = await Promise.all(photos.slice(0, 15).map(async (file) => ({ image: await readFile(file) })));
if (parts.has("cost")) await showCosts();

async function showCosts(): Promise<void> {
  console.log("What an explanation costs, one engine, defaults");
  const measured: [ScoringModel, ExplanationMethod, readonly DataItems[]][] = [
    [text, "lime", some],
    [text, "kernel-shap", some],
    [fast, "lime", some],
    [image, "lime", pictures],
    [image, "rise", pictures],
  ];
  const rows: object[] = [];
  for (const [model, method, inputs] of measured) rows.push(await measureCost(model, method, inputs));
  console.table(rows);
}

const made: Record<string, unknown>[] = [];
const points: { readonly model: string }[] = [];
if (parts.has("text")) {
  const inputs = sentences.map((sentence) =>
    textInput(text, sentence, (method, explanation) => made.push({ sentence, ...explanation, method })),
  );
  points.push(...(await measure("Sentiment Analysis 1.0.1", text, chosen(["lime", "kernel-shap"]), inputs)));
  await writeFile(join(values.out, "explanations.json"), JSON.stringify(made));
}
if (parts.has("image")) {
  const inputs = await Promise.all(photos.map((file) => imageInput(image, file)));
  points.push(...(await measure("Image Classification 1.0.0", image, chosen(["lime", "kernel-shap", "rise"]), inputs)));
}
if (parts.has("tabular")) {
  const model = await loadModel("models/penguin-species/1.0.0");
  const background = await readJson<TableRow[]>("models/penguin-species/1.0.0/weights/background.json");
  const inputs = (await readJson<TableRow[]>(values.rows ?? "")).map((row) => tabularInput(model, row, background));
  points.push(...(await measure("Penguin Species 1.0.0", model, chosen(["kernel-shap", "lime"]), inputs)));
  await model.close();
}
// Parts that were measured before stay in the picture.
const curvesFile = join(values.out, "explanation-curves.json");
const before = existsSync(curvesFile) ? await readJson<typeof points>(curvesFile) : [];
const measuredNow = new Set(points.map(({ model }) => model));
const all = [...before.filter(({ model }) => !measuredNow.has(model)), ...points];
await writeFile(curvesFile, JSON.stringify(all));
await writeFile(
  join(values.out, "explanation-curves.svg"),
  await plot({
    data: { values: all },
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "share", type: "quantitative", title: "share of the parts deleted or inserted" },
      y: { field: "score", type: "quantitative", title: "mean score of the class" },
      color: { field: "order", type: "nominal", title: "order", legend: { labelLimit: 0 } },
      column: { field: "kind", type: "nominal", title: null },
      row: { field: "model", type: "nominal", title: null },
    },
    resolve: { scale: { y: "independent" } },
  }),
);

await Promise.all([text.close(), image.close(), fast.close()]);
