import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest.js";
import { ImagePreprocessing } from "../onnx/onnx-settings.js";

const Datatype = Type.Enum([
  ...(["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"] as const),
  ...(["FP32", "FP64", "BYTES"] as const),
]);
export type Datatype = Static<typeof Datatype>;

const shape = Type.Optional(Type.Array(Type.Integer({ minimum: 1 })));

const tensor = Type.String({ minLength: 1 });
const item = Type.String({ minLength: 1 });

const TensorSource = Type.Union([
  /** The whole file as one element of BYTES: text stays UTF-8. `shape` is that of one input, [1] when not given. */
  Type.Object({ from: Type.Literal("file"), tensor, item, shape }),
  /** A JSON array of numbers, nested as deep as the tensor has dimensions. */
  Type.Object({ from: Type.Literal("json"), tensor, item, datatype: Datatype, shape }),
  /** The file is the tensor: its values in little-endian order. */
  Type.Object({
    from: Type.Literal("values"),
    tensor,
    item,
    datatype: Datatype,
    shape: Type.Array(Type.Integer({ minimum: 1 })),
  }),
  /** A picture, prepared as for a model in ONNX. */
  Type.Object({
    from: Type.Literal("image"),
    tensor,
    ...Type.Omit(ImagePreprocessing, ["kind"]).properties,
  }),
]);
export type TensorSource = Static<typeof TensorSource>;

const OpenInferenceSettings = Type.Object({
  /** The model's name at the server, and its version there; the server's default when not given. */
  model: Type.String({ minLength: 1 }),
  modelVersion: Type.Optional(Type.String()),
  inputs: Type.Array(TensorSource, { minItems: 1 }),
  /** The tensors of the answer that go into results.json; all of them when not given. */
  outputs: Type.Optional(Type.Array(tensor)),
  /** Sends and asks for binary tensors over HTTP; as the server's metadata says when not given. */
  binary: Type.Optional(Type.Boolean()),
  /** False for a model whose tensors have no batch dimension in front: it gets one input a call. */
  batched: Type.Optional(Type.Boolean()),
});
export type OpenInferenceSettings = Static<typeof OpenInferenceSettings>;

const schema = Compile(OpenInferenceSettings);

/**
 * The `runner` part of the manifest of a model behind the Open Inference Protocol.
 *
 * @throws Error naming the field that is not valid.
 */
export function parseOpenInferenceSettings({ runner }: ModelManifest): OpenInferenceSettings {
  if (schema.Check(runner)) return runner;
  const error = schema.Errors(runner).find(({ keyword }) => keyword !== "anyOf");
  throw new Error(
    `runner${error?.instancePath.replaceAll("/", ".") ?? ""} of its model.yaml ${error?.message ?? "is not valid"}.`,
  );
}
