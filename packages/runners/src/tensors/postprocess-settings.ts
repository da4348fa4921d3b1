import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";

const closed = { additionalProperties: false } as const;
const name = Type.String({ minLength: 1 });

const labels = {
  /** The classes in the order of the model's output; or a file with one a line. */
  labels: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  labelsFile: Type.Optional(name),
};
export type LabelSettings = Static<Type.TObject<typeof labels>>;

const Activation = Type.Enum(["softmax", "sigmoid", "none"]);
export type Activation = Static<typeof Activation>;

/** How many of the best are answered. */
const top = Type.Integer({ minimum: 1 });

const ClassificationPostprocessing = Type.Object(
  {
    kind: Type.Literal("classification"),
    /** The output with the scores; when not given, the one that has floats and as many for an input as there are labels, or the first. */
    output: Type.Optional(name),
    activation: Activation,
    ...labels,
    top,
  },
  closed,
);
export type ClassificationPostprocessing = Static<typeof ClassificationPostprocessing>;

const DetectionPostprocessing = Type.Object(
  {
    kind: Type.Literal("detection"),
    /** The model's output with a row for each box; its first one when not given. */
    boxes: Type.Optional(name),
    /** The output with the scores of each box: one for each class. When not given, they follow the four numbers of the box. */
    scores: Type.Optional(name),
    /** The output with the number of each box's class, of models that choose it themselves; `scores` has one value for a box then. */
    classes: Type.Optional(name),
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
    top,
  },
  closed,
);
export type DetectionPostprocessing = Static<typeof DetectionPostprocessing>;

const TensorsPostprocessing = Type.Object(
  {
    kind: Type.Literal("tensors"),
    /** The outputs that are answered, as nested lists; all when not given. */
    outputs: Type.Optional(Type.Array(name, { minItems: 1 })),
    /** One vector for a text instead of one for each of its tokens: their mean, or the first one (of `[CLS]`). */
    pooling: Type.Optional(Type.Enum(["mean", "cls"])),
    /** Vectors are scaled to length 1 (L2), so that their scalar product is their cosine. */
    normalize: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type TensorsPostprocessing = Static<typeof TensorsPostprocessing>;

export type Postprocessing = ClassificationPostprocessing | DetectionPostprocessing | TensorsPostprocessing;

/** By their kind. */
export const postprocessSchemas = {
  classification: Compile(ClassificationPostprocessing),
  detection: Compile(DetectionPostprocessing),
  tensors: Compile(TensorsPostprocessing),
};
