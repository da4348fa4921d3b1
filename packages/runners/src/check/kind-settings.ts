import type Type from "typebox";
import { Compile } from "typebox/compile";
import { findSchemaFault, type ManifestFault } from "../manifest/manifest-fault.js";
import type { ModelManifest, RunnerSettings } from "../manifest/manifest.js";
import { SettingsError } from "./check-settings.js";

/** What `runner` of a `model.yaml` may say for one kind of runner. */
export interface KindSettings {
  /** The fields there are. */
  readonly keys: (settings: RunnerSettings) => readonly string[];
  /** The first field that is not valid, of those that are known. */
  readonly find: (settings: RunnerSettings) => ManifestFault | undefined;
  /** The fields that name files of the model, each as a path below `runner`. */
  readonly files?: (settings: RunnerSettings) => readonly (readonly string[])[];
}

/** Finds the first difference from a schema. */
export function bySchema(schema: Type.TSchema): KindSettings["find"] {
  const validator = Compile(schema);
  return (settings) => findSchemaFault(validator, settings, ["runner"]);
}

/** Finds what a parser refuses with a SettingsError. */
export function byParser(parse: (manifest: ModelManifest) => unknown): KindSettings["find"] {
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
