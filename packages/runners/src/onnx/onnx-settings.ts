import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest, RunnerSettings } from "../manifest/manifest.js";
import { checkByKind, checkEach, checkSettings, SettingsError } from "../check/check-settings.js";
import { byParser, type KindSettings } from "../check/kind-settings.js";
import { checkChannels, ImagePreprocessing } from "../tensors/image-settings.js";
import { datatypes, type NumberType } from "../tensors/number-types.js";
import { postprocessSchemas, type Postprocessing } from "../tensors/postprocess-settings.js";

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });
/** The model's input; may be left out where it has only one. */
const tensor = Type.Optional(text);
const size = Type.Integer({ minimum: 1 });

const TokenizerPreprocessing = Type.Object(
  {
    kind: Type.Literal("tokenizer"),
    item: text,
    /** A `tokenizer.json` in the folder of the model. */
    tokenizer: text,
    /** Longer texts are cut. */
    maximumTokens: Type.Integer({ minimum: 3 }),
  },
  closed,
);
export type TokenizerPreprocessing = Static<typeof TokenizerPreprocessing>;

const TabularColumn = Type.Object(
  {
    name: text,
    /** What a text may be; it becomes one 1 among zeros, in this order. A column without categories is a number. */
    categories: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
    /** A number becomes (value - mean) / std; 0 and 1 when not given. */
    mean: Type.Optional(Type.Number()),
    std: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  closed,
);
export type TabularColumn = Static<typeof TabularColumn>;

const TabularPreprocessing = Type.Object(
  {
    kind: Type.Literal("tabular"),
    tensor,
    /** A JSON object with a value for every column. */
    item: text,
    columns: Type.Array(TabularColumn, { minItems: 1 }),
  },
  closed,
);
export type TabularPreprocessing = Static<typeof TabularPreprocessing>;

const JsonTensor = Type.Object(
  {
    kind: Type.Literal("tensor"),
    from: Type.Literal("json"),
    tensor,
    /** A JSON array, nested as deep as the tensor has dimensions, without that of the batch. */
    item: text,
    /** Of one input; as the array is nested when not given. */
    shape: Type.Optional(Type.Array(size)),
  },
  closed,
);
const ValuesTensor = Type.Object(
  {
    kind: Type.Literal("tensor"),
    from: Type.Literal("values"),
    tensor,
    /** The values in little-endian order. */
    item: text,
    datatype: Type.Enum(datatypes.filter((one): one is NumberType => one !== "BYTES")),
    shape: Type.Array(size),
  },
  closed,
);
export type TensorPreprocessing = Static<typeof JsonTensor> | Static<typeof ValuesTensor>;

const OnnxImage = Type.Object({ ...ImagePreprocessing.properties, tensor }, closed);
export type OnnxImage = Static<typeof OnnxImage>;

/** How a data item becomes an input of the model. */
export type Preprocessing = OnnxImage | TokenizerPreprocessing | TabularPreprocessing | TensorPreprocessing;

export interface OnnxSettings {
  readonly file: string;
  /** Each with its place in model.yaml: `runner.preprocess`, or one of `runner.inputs`. */
  readonly inputs: readonly { readonly place: string; readonly settings: Preprocessing }[];
  readonly postprocess: Postprocessing;
}

const file = Compile(Type.Object({ file: text }));
const inputs = Compile(Type.Array(Type.Object({}), { minItems: 1 }));
const preprocessSchemas = {
  image: Compile(OnnxImage),
  tokenizer: Compile(TokenizerPreprocessing),
  tabular: Compile(TabularPreprocessing),
  tensor: Compile(Type.Object({ kind: Type.Literal("tensor") })),
};
const tensorSchemas = { json: Compile(JsonTensor), values: Compile(ValuesTensor) };

/**
 * The `runner` part of an ONNX model's manifest: `inputs` is a list of preprocessings, `preprocess` the only one.
 *
 * @throws SettingsError for the fields that are not valid.
 */
export function parseOnnxSettings({ runner }: ModelManifest): OnnxSettings {
  checkEach(
    () => checkSettings(["runner"], file, runner),
    () => checkInputs(runner),
    () => checkByKind(["runner", "postprocess"], "kind", postprocessSchemas, runner["postprocess"]),
  );
  return {
    file: runner["file"] as string,
    inputs: inputsOf(runner) as OnnxSettings["inputs"],
    postprocess: runner["postprocess"] as Postprocessing,
  };
}

function checkInputs(runner: RunnerSettings): void {
  if (runner["inputs"] !== undefined && runner["preprocess"] !== undefined)
    throw new SettingsError({
      path: ["runner", "inputs"],
      found: "a preprocess beside it",
      expected: "only one of the two: a preprocess is the same as a list of one",
    });
  if (runner["inputs"] !== undefined) checkSettings(["runner", "inputs"], inputs, runner["inputs"]);
  checkEach(
    ...inputsOf(runner).map(
      ({ place, settings }) =>
        () =>
          checkPreprocessing(place.split("."), settings),
    ),
  );
}

function inputsOf(runner: RunnerSettings): readonly { readonly place: string; readonly settings: unknown }[] {
  if (runner["inputs"] === undefined) return [{ place: "runner.preprocess", settings: runner["preprocess"] }];
  return (runner["inputs"] as unknown[]).map((settings, at) => ({ place: `runner.inputs.${at}`, settings }));
}

/** The columns that one data item may have, whichever inputs of the model they go into. */
export function columnsOf({ inputs: all }: OnnxSettings, item: string): readonly TabularColumn[] {
  return all.flatMap(({ settings }) => (settings.kind === "tabular" && settings.item === item ? settings.columns : []));
}

function checkPreprocessing(path: readonly string[], settings: unknown): void {
  checkByKind(path, "kind", preprocessSchemas, settings);
  const { kind } = settings as Preprocessing;
  if (kind === "tensor") checkByKind(path, "from", tensorSchemas, settings);
  if (kind === "image") checkChannels(path, settings as OnnxImage);
}

export const onnxSettings: KindSettings = {
  keys: () => ["kind", "file", "preprocess", "inputs", "postprocess"],
  find: byParser(parseOnnxSettings),
  files: ({ inputs: all }) => [
    ["file"],
    ["preprocess", "tokenizer"],
    ...(Array.isArray(all) ? all.map((_, at) => ["inputs", String(at), "tokenizer"]) : []),
    ["postprocess", "labelsFile"],
  ],
};
