import Type from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "./manifest.js";
import { findSchemaFault, unknownKey, type ManifestFault } from "./manifest-fault.js";
import { parseOnnxSettings } from "../onnx/onnx-settings.js";
import { parseOpenInferenceSettings } from "../open-inference/open-inference-settings.js";
import { ProcessSettings } from "../process/process-settings.js";
import { isRunnerKind, type RunnerKind } from "../registry.js";
import { SettingsError } from "../check/check-settings.js";

type Settings = Readonly<Record<string, unknown>>;

interface KindOfSettings {
  readonly keys: (settings: Settings) => readonly string[];
  readonly find: (settings: Settings) => ManifestFault | undefined;
  /** The fields that name files of the model, each as a path below `runner`. */
  readonly files?: (settings: Settings) => readonly (readonly string[])[];
}

const server = ["kind", "address", "image", "engine"];
const openInference = ["model", "modelVersion", "inputs", "outputs", "postprocess", "binary", "batched"];
const text = Type.String({ minLength: 1, description: "a text that is not empty" });
const directory = Type.Union([text, Type.Object({ here: text, there: text }, { additionalProperties: false })], {
  description: "a path, or { here, there }",
});
const Server = Type.Object({
  address: Type.Optional(text),
  image: Type.Optional(text),
  engine: Type.Optional(text),
  directory: Type.Optional(directory),
});
const Module = Type.Object({
  file: Type.String({ minLength: 1, description: "the file of the module, such as model.mjs" }),
});

const findServerFault = bySchema(Server);
const findOpenInferenceFault = byParser(parseOpenInferenceSettings);
const findProcessFault = bySchema(ProcessSettings);

/** What `runner` of a `model.yaml` may say, by its kind. The schema of each is its runner's own. */
const kinds: Readonly<Record<RunnerKind, KindOfSettings>> = {
  "grpc-container": { keys: () => server, find: (settings) => findServerFault(settings) ?? findPlaceFault(settings) },
  "http-container": {
    keys: () => [...server, "directory"],
    find: (settings) => findServerFault(settings) ?? findPlaceFault(settings) ?? findExchangeFault(settings),
  },
  module: { keys: () => ["kind", "file"], find: bySchema(Module), files: () => [["file"]] },
  onnx: {
    keys: () => ["kind", "file", "preprocess", "inputs", "postprocess"],
    find: byParser(parseOnnxSettings),
    files: ({ inputs }) => [
      ["file"],
      ["preprocess", "tokenizer"],
      ...(Array.isArray(inputs) ? inputs.map((_, at) => ["inputs", String(at), "tokenizer"]) : []),
      ["postprocess", "labelsFile"],
    ],
  },
  "open-inference": {
    keys: () => [...server, ...openInference],
    find: (settings) => findServerFault(settings) ?? findPlaceFault(settings) ?? findOpenInferenceFault(settings),
    files: () => [["postprocess", "labelsFile"]],
  },
  process: {
    keys: ({ protocol }) => [
      "kind",
      "command",
      "protocol",
      "environment",
      ...(protocol === "open-inference" ? openInference : []),
      ...(protocol === "http-container" ? ["directory"] : []),
    ],
    find: (settings) =>
      findProcessFault(settings) ??
      (settings["protocol"] === "open-inference" ? findOpenInferenceFault(settings) : undefined),
  },
};

/** What is wrong with the `runner` of a `model.yaml`, if anything is. */
export function findRunnerFault(runner: ModelManifest["runner"]): ManifestFault | undefined {
  if (!isRunnerKind(runner.kind))
    return { path: ["runner", "kind"], expected: `one of ${Object.keys(kinds).join(", ")}` };
  const { keys, find } = kinds[runner.kind];
  const known = keys(runner);
  const unknown = Object.keys(runner).find((key) => !known.includes(key));
  return unknown === undefined ? find(runner) : unknownKey(["runner", unknown], known);
}

/** The files of the model that its `runner` names, each with the field that does. */
export function filesOfRunner(
  runner: ModelManifest["runner"],
): readonly { readonly path: readonly string[]; readonly name: string }[] {
  if (!isRunnerKind(runner.kind)) return [];
  return (kinds[runner.kind].files?.(runner) ?? []).flatMap((path) => {
    const name = path.reduce<unknown>((value, part) => (value as Settings | undefined)?.[part], runner);
    return typeof name === "string" ? [{ path: ["runner", ...path], name }] : [];
  });
}

function bySchema(schema: Type.TSchema): KindOfSettings["find"] {
  const validator = Compile(schema);
  return (settings) => findSchemaFault(validator, settings, ["runner"]);
}

function byParser(parse: (manifest: ModelManifest) => unknown): KindOfSettings["find"] {
  return (runner) => {
    try {
      parse({ runner } as unknown as ModelManifest);
      return undefined;
    } catch (error) {
      if (error instanceof SettingsError) return error.fault;
      throw error;
    }
  };
}

/** A server is somewhere, or is started from an image. */
function findPlaceFault(settings: Settings): ManifestFault | undefined {
  const { address, image } = settings;
  if ((address === undefined) !== (image === undefined)) return undefined;
  const expected = 'an address such as "127.0.0.1:45000", or the image of a container, and one of the two only';
  return address === undefined
    ? { path: ["runner", "address"], is: "missing", expected }
    : { path: ["runner", "image"], expected };
}

/** Files are handed over in a folder; one that a container does not see would fail every input. */
function findExchangeFault({ image, directory: shared }: Settings): ManifestFault | undefined {
  if (image === undefined || (typeof shared === "object" && shared !== null)) return undefined;
  const expected = "the folder that both see, such as { here: /srv/exchange, there: /exchange }";
  return shared === undefined
    ? { path: ["runner", "directory"], is: "missing", expected }
    : { path: ["runner", "directory"], expected };
}
