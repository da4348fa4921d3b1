import Type from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest, RunnerSettings } from "../manifest/manifest.js";
import { checkByKind, checkEach, checkSettings, SettingsError } from "../check/check-settings.js";
import { byParser, type KindSettings } from "../check/kind-settings.js";
import { checkChannels } from "../tensors/image-settings.js";
import { postprocessSchemas } from "../tensors/postprocess-settings.js";
import {
  JsonTensor,
  OnnxImage,
  TabularPreprocessing,
  text,
  TokenizerPreprocessing,
  ValuesTensor,
  type OnnxSettings,
  type Preprocessing,
} from "./onnx-schemas.js";
import { inputsOf, readOnnxSettings } from "./read-onnx-settings.js";

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
  return readOnnxSettings(runner);
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
