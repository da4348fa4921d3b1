import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest/manifest.js";
import { checkByKind, checkEach, checkSettings } from "../check/check-settings.js";
import { byParser, type KindSettings } from "../check/kind-settings.js";
import { findServerFaults, serverKeys } from "../remote/server-settings.js";
import { checkChannels, ImagePreprocessing } from "../tensors/image-settings.js";
import { datatypes, type NumberType } from "../tensors/number-types.js";
import { postprocessSchemas, type Postprocessing } from "../tensors/postprocess-settings.js";

const closed = { additionalProperties: false } as const;
const size = Type.Integer({ minimum: 1 });
const shape = Type.Optional(Type.Array(size));
const tensor = Type.String({ minLength: 1 });
const item = Type.String({ minLength: 1 });

/** The whole file as one element of BYTES: text stays UTF-8. `shape` is that of one input, [1] when not given. */
const FileSource = Type.Object({ from: Type.Literal("file"), tensor, item, shape }, closed);
/** A JSON array, nested as deep as the tensor has dimensions. */
const JsonSource = Type.Object(
  {
    from: Type.Literal("json"),
    tensor,
    item,
    datatype: Type.Enum([...datatypes]),
    shape,
  },
  closed,
);
/** The file is the tensor: its values in little-endian order. */
const ValuesSource = Type.Object(
  {
    from: Type.Literal("values"),
    tensor,
    item,
    datatype: Type.Enum(datatypes.filter((one): one is NumberType => one !== "BYTES")),
    shape: Type.Array(size),
  },
  closed,
);
/** A picture, prepared as for a model in ONNX. */
const ImageSource = Type.Object(
  {
    from: Type.Literal("image"),
    tensor,
    ...Type.Omit(ImagePreprocessing, ["kind"]).properties,
  },
  closed,
);
export type TensorSource =
  Static<typeof FileSource> | Static<typeof JsonSource> | Static<typeof ValuesSource> | Static<typeof ImageSource>;

const OpenInferenceSettings = Type.Object({
  /** The model's name at the server, and its version there; the server's default when not given. */
  model: Type.String({ minLength: 1 }),
  modelVersion: Type.Optional(Type.String()),
  inputs: Type.Array(Type.Object({}), { minItems: 1 }),
  /** The tensors of the answer that go into results.json; all of them when not given. */
  outputs: Type.Optional(Type.Array(tensor)),
  /** What the tensors of the answer mean, as for a model in ONNX; they are answered as they are when not given. */
  postprocess: Type.Optional(Type.Object({})),
  /** Sends and asks for binary tensors over HTTP; as the server's metadata says when not given. */
  binary: Type.Optional(Type.Boolean()),
  /** False for a model whose tensors have no batch dimension in front: it gets one input a call. */
  batched: Type.Optional(Type.Boolean()),
});
export type OpenInferenceSettings = Omit<Static<typeof OpenInferenceSettings>, "inputs" | "postprocess"> & {
  readonly inputs: readonly TensorSource[];
  readonly postprocess?: Postprocessing;
};

const schema = Compile(OpenInferenceSettings);
const sources = {
  file: Compile(FileSource),
  json: Compile(JsonSource),
  values: Compile(ValuesSource),
  image: Compile(ImageSource),
};

/**
 * The `runner` part of the manifest of a model behind the Open Inference Protocol.
 *
 * @throws SettingsError for the fields that are not valid.
 */
export function parseOpenInferenceSettings({ runner }: ModelManifest): OpenInferenceSettings {
  checkSettings(["runner"], schema, runner);
  const settings = runner as unknown as OpenInferenceSettings;
  checkEach(
    ...settings.inputs.map((source, at) => () => {
      checkByKind(["runner", "inputs", String(at)], "from", sources, source);
      if (source.from === "image") checkChannels(["runner", "inputs", String(at)], source);
    }),
    () => {
      if (settings.postprocess !== undefined)
        checkByKind(["runner", "postprocess"], "kind", postprocessSchemas, settings.postprocess);
    },
  );
  return settings;
}

/** The fields of the protocol itself, wherever its server is. */
export const protocolKeys: readonly string[] = [
  "model",
  "modelVersion",
  "inputs",
  "outputs",
  "postprocess",
  "binary",
  "batched",
];
export const findProtocolFaults = byParser(parseOpenInferenceSettings);

export const openInferenceSettings: KindSettings = {
  keys: () => [...serverKeys, ...protocolKeys],
  find: (settings) => [...findServerFaults(settings), ...findProtocolFaults(settings)],
  files: () => [["postprocess", "labelsFile"]],
};
