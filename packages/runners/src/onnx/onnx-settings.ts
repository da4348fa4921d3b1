import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest.js";

export const ImagePreprocessing = Type.Object({
  kind: Type.Literal("image"),
  item: Type.String(),
  /**
   * `shortestSide`: the shorter side is scaled to so many pixels, and the middle is cut out. `fit`: the whole picture is stretched to
   * the size of the crop ("fill"), or scaled into it with bars of one grey around it ("contain"; 114 of 255 when not given).
   */
  resize: Type.Union([
    Type.Object({ shortestSide: Type.Integer({ minimum: 1 }) }),
    Type.Object({
      fit: Type.Enum(["fill", "contain"]),
      grey: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    }),
  ]),
  /** What the model sees, in pixels. */
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

const labels = {
  /** The classes in the order of the model's output; or a file with one a line. */
  labels: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  labelsFile: Type.Optional(Type.String()),
};
export type LabelSettings = Static<Type.TObject<typeof labels>>;

const Activation = Type.Enum(["softmax", "sigmoid", "none"]);
export type Activation = Static<typeof Activation>;

const ClassificationPostprocessing = Type.Object({
  kind: Type.Literal("classification"),
  activation: Activation,
  ...labels,
  /** How many of the most probable classes are answered. */
  top: Type.Integer({ minimum: 1 }),
});
export type ClassificationPostprocessing = Static<typeof ClassificationPostprocessing>;

const DetectionPostprocessing = Type.Object({
  kind: Type.Literal("detection"),
  /** The model's output with a row for each box; its first one when not given. */
  boxes: Type.Optional(Type.String()),
  /** The output with the scores of each box: one for each class. When not given, they follow the four numbers of the box. */
  scores: Type.Optional(Type.String()),
  /** The output with the number of each box's class, of models that choose it themselves; `scores` has one value for a box then. */
  classes: Type.Optional(Type.String()),
  /** What the four numbers of a box are: corners, or the centre (or the first corner) with width and height. */
  format: Type.Enum(["xyxy", "yxyx", "cxcywh", "xywh"]),
  /** Of what the model sees: its pixels, or shares of its width and height. */
  coordinates: Type.Enum(["pixels", "relative"]),
  /** True when boxes are columns rather than rows, as of YOLOv8. */
  transposed: Type.Optional(Type.Boolean()),
  activation: Activation,
  ...labels,
  /** Which of the scores means "nothing there"; it has no label. */
  background: Type.Optional(Type.Enum(["first", "last"])),
  /** Boxes with a lower score are left out. */
  minimumScore: Type.Number({ minimum: 0 }),
  /** Of two boxes of a class that overlap more than this (intersection over union) the better one stays; when not given, both. */
  overlap: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** How many of the best boxes are answered. */
  top: Type.Integer({ minimum: 1 }),
});
export type DetectionPostprocessing = Static<typeof DetectionPostprocessing>;

const TensorsPostprocessing = Type.Object({
  kind: Type.Literal("tensors"),
  /** The outputs that are answered, as nested lists of numbers; all when not given. */
  outputs: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
});
export type TensorsPostprocessing = Static<typeof TensorsPostprocessing>;

export interface OnnxSettings {
  readonly kind: "onnx";
  readonly file: string;
  readonly preprocess: ImagePreprocessing | TokenizerPreprocessing | TabularPreprocessing;
  readonly postprocess: ClassificationPostprocessing | DetectionPostprocessing | TensorsPostprocessing;
}

const file = Compile(Type.Object({ file: Type.String({ minLength: 1 }) }));
/** By their kind, so that an error names the field of that kind. */
const parts = {
  preprocess: {
    image: Compile(ImagePreprocessing),
    tokenizer: Compile(TokenizerPreprocessing),
    tabular: Compile(TabularPreprocessing),
  },
  postprocess: {
    classification: Compile(ClassificationPostprocessing),
    detection: Compile(DetectionPostprocessing),
    tensors: Compile(TensorsPostprocessing),
  },
};

interface Schema {
  Check(value: unknown): boolean;
  Errors(value: unknown): { readonly keyword: string; readonly instancePath: string; readonly message: string }[];
}

/**
 * The `runner` part of an ONNX model's manifest.
 *
 * @throws Error naming the field that is not valid.
 */
export function parseOnnxSettings({ runner }: ModelManifest): OnnxSettings {
  check("runner", file, runner);
  for (const [part, schemas] of Object.entries(parts)) {
    const value: unknown = runner[part];
    const kind = (value as { kind?: unknown } | null | undefined)?.kind;
    const schema = Object.entries<Schema>(schemas).find(([name]) => name === kind)?.[1];
    if (schema === undefined)
      throw new Error(
        `runner.${part}.kind of its model.yaml is ${kind === undefined ? "missing" : JSON.stringify(kind)}; expected one of ` +
          `${Object.keys(schemas).join(", ")}.`,
      );
    check(`runner.${part}`, schema, value);
  }
  return runner as unknown as OnnxSettings;
}

function check(place: string, schema: Schema, value: unknown): void {
  if (schema.Check(value)) return;
  const error = schema.Errors(value).find(({ keyword }) => keyword !== "anyOf");
  throw new Error(
    `${place}${error?.instancePath.replaceAll("/", ".") ?? ""} of its model.yaml ${error?.message ?? "is not valid"}.`,
  );
}
