import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import Type from "typebox";
import { isModelKind, modelKinds, parseServerKeys, type ModelPolicy, type ServerKey } from "@millrace/runners";
import { ConfigurationError } from "../errors/configuration-error.js";
import type { Given, Settings } from "./settings.js";

export const modelVariables = {
  MILLRACE_MODELS: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Directory of models, `<name>/<version>/model.yaml`. Default: the bundled models.",
    }),
  ),
  MILLRACE_RUNNERS: Type.Optional(
    Type.String({
      pattern: `^(${modelKinds.join("|")})(,(${modelKinds.join("|")}))*$`,
      expected: `some of ${modelKinds.join(", ")}, separated by commas`,
      description: `Comma-separated kinds of models that this installation runs: ${modelKinds.map((kind) => `\`${kind}\``).join(", ")}. \`container\` stands for images that Millrace starts. Default: all. See [Security](security.md#isolation-of-models).`,
    }),
  ),
  MILLRACE_ISOLATION: Type.Optional(
    Type.Enum(["required", "best-effort"], {
      description:
        "`required` refuses to start if models cannot run in sandboxes; `best-effort` logs a warning. Default: `best-effort`.",
    }),
  ),
  MILLRACE_MODEL_NETWORK: Type.Optional(
    Type.Enum(["allow", "deny"], {
      description:
        "`allow` gives models with `resources: { network: true }` in their `model.yaml` the network of this machine; `deny` refuses to run them. Default: `deny`.",
    }),
  ),
  MILLRACE_MODEL_KEYS: Type.Optional(
    Type.String({
      description:
        "Comma-separated keys of model servers for models of the kind `openai`: `https://api.example.com/v1=KEY`. A key is sent to that address and the paths below it only, whoever deploys the model. Default: none. See [models.md](models.md#a-large-language-model).",
    }),
  ),
};

/** Which models run here, and how they are isolated. */
export interface ModelConfiguration {
  readonly modelsDirectory: string;
  /** What models may do here. */
  readonly modelPolicy: ModelPolicy;
  /** Whether the server must not start where models cannot be isolated. */
  readonly requiresIsolation: boolean;
}

const bundledModelsDirectory = dirname(createRequire(import.meta.url).resolve("@millrace/models/package.json"));

export function modelConfiguration(
  given: Given<ModelConfiguration>,
  settings: Settings<typeof modelVariables>,
): ModelConfiguration {
  return {
    modelsDirectory: resolve(given.modelsDirectory ?? settings.MILLRACE_MODELS ?? bundledModelsDirectory),
    modelPolicy: given.modelPolicy ?? {
      ...(settings.MILLRACE_RUNNERS === undefined
        ? {}
        : { kinds: settings.MILLRACE_RUNNERS.split(",").filter(isModelKind) }),
      allowsNetwork: settings.MILLRACE_MODEL_NETWORK === "allow",
      ...(settings.MILLRACE_MODEL_KEYS === undefined ? {} : { serverKeys: serverKeysIn(settings.MILLRACE_MODEL_KEYS) }),
    },
    requiresIsolation: given.requiresIsolation ?? settings.MILLRACE_ISOLATION === "required",
  };
}

function serverKeysIn(text: string): readonly ServerKey[] {
  try {
    return parseServerKeys(text);
  } catch (error) {
    throw new ConfigurationError(`MILLRACE_MODEL_KEYS is not valid: ${(error as Error).message}.`, { cause: error });
  }
}
