import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { MillraceError } from "@millrace/client";
import { classification, listLabels, type ImportedModel } from "./imported-model.js";
import type { OnnxFile, OnnxNode, OnnxValue } from "./onnx-file.js";
import { findZipMap, withoutZipMap } from "./without-zipmap.js";

const item = "row.json";
/** What a column may hold, as ONNX names it. */
const columnType = /^(string|bool|double|float(16)?|u?int(8|16|32|64))$/;
const maximumColumns = 1_000;

/**
 * A model of rows with columns, as skl2onnx exports scikit-learn's: its inputs are columns, or one input has all of them.
 *
 * @param given names for the columns of a single input, from elsewhere.
 * @throws MillraceError naming the input that is no column.
 */
export async function readTabularModel(
  path: string,
  file: OnnxFile,
  given?: readonly string[],
): Promise<ImportedModel> {
  if (file.weights.length > 0)
    throw new MillraceError(
      `${path} has its weights in ${JSON.stringify(file.weights[0])}: save it as one file, with onnx.save(model, file).`,
    );
  const notes: string[] = [];
  const own = file.inputs.map((input) => ({ input, names: columnNames(path, input, file.inputs.length) }));
  const isNamed = own.length === 1 && own[0]?.names.length === given?.length;
  const columns = isNamed ? own.map(({ input, names }) => ({ input, names: given ?? names })) : own;
  const twice = columns.flatMap(({ names }) => names).find((name, at, all) => all.indexOf(name) !== at);
  if (twice !== undefined) throw new MillraceError(`${path} has the column ${JSON.stringify(twice)} twice.`);
  const isNumbered = !isNamed && columns.some(({ names }) => names.length > 1);
  notes.push(
    `Columns: ${listLabels(columns.flatMap(({ names }) => names))}, from ${isNamed ? "the signature in MLmodel" : `the inputs of ${basename(path)}`}.${
      isNumbered
        ? " The file has no names for them: rename them under columns in model.yaml and in samples/input.json, in the order of training."
        : ""
    }`,
  );

  const zipMap = findZipMap(file);
  const bytes = await readFile(path);
  if (zipMap !== undefined)
    notes.push(
      `Scores: model.onnx is a copy of ${basename(path)} without its ZipMap node, whose maps of scores are no tensor.`,
    );
  const scores = zipMap?.scores ?? file.outputs.find(isScores)?.name;
  const width = zipMap?.labels.length ?? file.outputs.find(isScores)?.shape.at(-1);
  const found = zipMap?.labels ?? findLabels(file, width);
  const isClassifier = scores !== undefined && found !== undefined && found.length > 0;
  notes.push(
    isClassifier
      ? `Labels: ${listLabels(found)}, from ${basename(path)}.`
      : "No labels were found in the file: results are its outputs as numbers. For a classifier, set runner.postprocess in model.yaml.",
  );

  const row = Object.fromEntries(
    columns.flatMap(({ input, names }) => names.map((name) => [name, sampleValue(file, input)])),
  );
  notes.push("Sample: a row of zeros and of the first known categories; put a real row into samples/input.json.");
  // Explanations replace a column by a typical value; only numbers have one that can be assumed.
  const background = file.inputs.some(({ type }) => type === "string") ? "background.json" : undefined;
  if (background !== undefined)
    notes.push(`Explanations: ${background} has the sample's row; put up to 20 typical rows there.`);
  const sources = columns.map(({ input, names }) => ({
    ...(columns.length > 1 ? { tensor: input.name } : {}),
    kind: "tabular",
    item,
    columns: names.map((name) => ({ name })),
  }));
  const { postprocess, written } = isClassifier
    ? classification(found, "none", scores)
    : { postprocess: { kind: "tensors" }, written: new Map<string, string>() };
  return {
    name: basename(path).replace(/\.onnx$/, ""),
    summary: isClassifier ? `Classifies rows as ${listLabels(found)}.` : "Computes numbers from the columns of a row.",
    input: { name: item, mediaTypes: ["application/json"], description: `One row, such as ${describeRow(row)}.` },
    runner: {
      kind: "onnx",
      file: "model.onnx",
      ...(sources.length > 1 ? { inputs: sources } : { preprocess: sources[0] }),
      postprocess,
    },
    isClassifier,
    ...(background === undefined ? {} : { background }),
    maxBatchSize: 64,
    copied: new Map(),
    written: new Map<string, string | Uint8Array>([
      ...written,
      ...(background === undefined ? [] : [[background, `${JSON.stringify([row], undefined, 2)}\n`] as const]),
      ["model.onnx", zipMap === undefined ? bytes : withoutZipMap(path, bytes, zipMap)],
    ]),
    sample: { type: "text", value: JSON.stringify(row) },
    notes,
  };
}

function columnNames(path: string, { name, type, shape }: OnnxValue, inputCount: number): readonly string[] {
  const width = shape.length === 2 ? shape[1] : shape.length === 1 ? 1 : undefined;
  if (type === undefined || !columnType.test(type) || width === undefined || width > maximumColumns)
    throw new MillraceError(
      `${path}: its input ${JSON.stringify(name)} is ${type ?? "no tensor"} [${shape.map((size) => size ?? "?").join(", ")}]; ` +
        `expected numbers or strings of the shape [batch, columns], with at most ${maximumColumns} columns. Describe other models in model.yaml yourself: see docs/models.md.`,
    );
  if (width === 1) return [name];
  const prefix = inputCount === 1 ? "column" : name;
  return Array.from({ length: width }, (_, at) => `${prefix} ${at + 1}`);
}

function isScores({ type, shape }: OnnxValue): boolean {
  return (type === "float" || type === "double") && shape.length === 2 && shape[1] !== 1;
}

/** Labels are an attribute of scikit-learn's classifiers, or the constant that the best class is looked up in. */
function findLabels({ nodes, constants }: OnnxFile, width: number | undefined): readonly string[] | undefined {
  const fits = (labels: readonly string[] | undefined) =>
    labels !== undefined && labels.length > 1 && (width === undefined || labels.length === width);
  const own = nodes.flatMap(({ lists }) =>
    ["classlabels_strings", "classlabels_int64s", "classlabels_ints"].map((name) => lists.get(name)),
  );
  const looked = nodes.map(({ type, inputs: [from] }) =>
    type === "ArrayFeatureExtractor" && from !== undefined ? constants.get(from) : undefined,
  );
  return [...own, ...looked].findLast((labels) => fits(labels) && new Set(labels).size === labels?.length);
}

/** What a column of the sample has: its first category, where the file has one, as an encoder may refuse all others. */
function sampleValue(file: OnnxFile, { name, type }: OnnxValue): number | boolean | string {
  if (type === "bool") return false;
  if (type !== "string") return 0;
  const reached = new Set([name]);
  const encoders: OnnxNode[] = [];
  for (const node of file.nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    if (node.lists.has("cats_strings") || node.lists.has("keys_strings")) encoders.push(node);
    else node.outputs.forEach((output) => reached.add(output));
  }
  const [encoder] = encoders;
  return (encoder?.lists.get("cats_strings") ?? encoder?.lists.get("keys_strings"))?.[0] ?? "";
}

function describeRow(row: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(row);
  return JSON.stringify(Object.fromEntries(entries.slice(0, 6))).replace(/\}$/, entries.length > 6 ? ", ...}" : "}");
}
