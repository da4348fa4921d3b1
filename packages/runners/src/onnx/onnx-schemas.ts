import Type, { type Static } from "typebox";
import { ImagePreprocessing } from "../tensors/image-settings.js";
import { datatypes, type NumberType } from "../tensors/number-types.js";
import type { Postprocessing } from "../tensors/postprocess-settings.js";

const closed = { additionalProperties: false } as const;
export const text = Type.String({ minLength: 1 });
/** The model's input; may be left out where it has only one. */
const tensor = Type.Optional(text);
const size = Type.Integer({ minimum: 1 });

export const TokenizerPreprocessing = Type.Object(
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

export const TabularPreprocessing = Type.Object(
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

export const JsonTensor = Type.Object(
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
export const ValuesTensor = Type.Object(
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

export const OnnxImage = Type.Object({ ...ImagePreprocessing.properties, tensor }, closed);
export type OnnxImage = Static<typeof OnnxImage>;

/** How a data item becomes an input of the model. */
export type Preprocessing = OnnxImage | TokenizerPreprocessing | TabularPreprocessing | TensorPreprocessing;

export interface OnnxSettings {
  readonly file: string;
  /** Each with its place in model.yaml: `runner.preprocess`, or one of `runner.inputs`. */
  readonly inputs: readonly { readonly place: string; readonly settings: Preprocessing }[];
  readonly postprocess: Postprocessing;
}
