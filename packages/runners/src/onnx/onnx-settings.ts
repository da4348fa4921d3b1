import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest.js";

export const ImagePreprocessing = Type.Object({
  kind: Type.Literal("image"),
  item: Type.String(),
  /** The shorter side is scaled to so many pixels before the crop. */
  resize: Type.Object({ shortestSide: Type.Integer({ minimum: 1 }) }),
  /** The middle of the picture, in pixels. */
  crop: Type.Object({ width: Type.Integer({ minimum: 1 }), height: Type.Integer({ minimum: 1 }) }),
  /** A channel of 0 to 255 becomes (value * scale - mean) / std, red, green and blue; 1 / 255 when not given. */
  scale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  mean: Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }),
  std: Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }),
  layout: Type.Enum(["nchw", "nhwc"]),
});
export type ImagePreprocessing = Static<typeof ImagePreprocessing>;

const TokenizerPreprocessing = Type.Object({
  kind: Type.Literal("tokenizer"),
  item: Type.String(),
  /** A `tokenizer.json` in the folder of the model. */
  tokenizer: Type.String(),
  /** Longer texts are cut. */
  maximumTokens: Type.Integer({ minimum: 3 }),
});
export type TokenizerPreprocessing = Static<typeof TokenizerPreprocessing>;

const TabularColumn = Type.Object({
  name: Type.String({ minLength: 1 }),
  /** What a text may be; it becomes one 1 among zeros, in this order. A column without categories is a number. */
  categories: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
  /** A number becomes (value - mean) / std; 0 and 1 when not given. */
  mean: Type.Optional(Type.Number()),
  std: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
});
export type TabularColumn = Static<typeof TabularColumn>;

const TabularPreprocessing = Type.Object({
  kind: Type.Literal("tabular"),
  /** A JSON object with a value for every column. */
  item: Type.String(),
  columns: Type.Array(TabularColumn, { minItems: 1 }),
});
export type TabularPreprocessing = Static<typeof TabularPreprocessing>;

const ClassificationPostprocessing = Type.Object({
  kind: Type.Literal("classification"),
  activation: Type.Enum(["softmax", "sigmoid", "none"]),
  /** The classes in the order of the model's output; or a file with one a line. */
  labels: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  labelsFile: Type.Optional(Type.String()),
  /** How many of the most probable classes are answered. */
  top: Type.Integer({ minimum: 1 }),
});
export type ClassificationPostprocessing = Static<typeof ClassificationPostprocessing>;

const OnnxSettings = Type.Object({
  kind: Type.Literal("onnx"),
  file: Type.String(),
  preprocess: Type.Union([ImagePreprocessing, TokenizerPreprocessing, TabularPreprocessing]),
  postprocess: ClassificationPostprocessing,
});
export type OnnxSettings = Static<typeof OnnxSettings>;

const schema = Compile(OnnxSettings);

/**
 * The `runner` part of an ONNX model's manifest.
 *
 * @throws Error naming the field that is not valid.
 */
export function parseOnnxSettings(manifest: ModelManifest): OnnxSettings {
  const { runner } = manifest;
  if (schema.Check(runner)) return runner;
  const error = schema.Errors(runner).find(({ keyword }) => keyword !== "anyOf");
  throw new Error(
    `runner${error?.instancePath.replaceAll("/", ".") ?? ""} of its model.yaml ${error?.message ?? "is not valid"}.`,
  );
}
