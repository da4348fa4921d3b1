import type Type from "typebox";
import { Compile } from "typebox/compile";
import { findSchemaFaults, type ManifestFault } from "../manifest/manifest-fault.js";
import type { ModelManifest, RunnerSettings } from "../manifest/manifest.js";
import { settingsErrorOf } from "./check-settings.js";

/** What `runner` of a `model.yaml` may say for one kind of runner. */
export interface KindSettings {
  /** The fields there are. */
  readonly keys: (settings: RunnerSettings) => readonly string[];
  /** The fields that are not valid, of those that are known. */
  readonly find: (settings: RunnerSettings) => readonly ManifestFault[];
  /** The fields that name files of the model, each as a path below `runner`. */
  readonly files?: (settings: RunnerSettings) => readonly (readonly string[])[];
}

/** Finds the differences from a schema. */
export function bySchema(schema: Type.TSchema): KindSettings["find"] {
  const validator = Compile(schema);
  return (settings) => findSchemaFaults(validator, settings, ["runner"]);
}

/** Finds what a parser refuses with a SettingsError. */
export function byParser(parse: (manifest: ModelManifest) => unknown): KindSettings["find"] {
  return (runner) => settingsErrorOf(() => parse({ runner } as unknown as ModelManifest))?.faults ?? [];
}
