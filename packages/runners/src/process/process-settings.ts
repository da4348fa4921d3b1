import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest/manifest.js";
import { checkSettings } from "../check/check-settings.js";
import { bySchema, type KindSettings } from "../check/kind-settings.js";
import { findProtocolFaults, protocolKeys } from "../open-inference/open-inference-settings.js";

const ProcessSettings = Type.Object({
  kind: Type.Literal("process"),
  /** The program and its parameters; `{port}` in them becomes the port that it is to listen on. */
  command: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    description: "a list of the program and its parameters",
  }),
  /** What it serves on that port. */
  protocol: Type.Enum(["grpc-container", "http-container", "open-inference"]),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type ProcessSettings = Static<typeof ProcessSettings>;

const schema = Compile(ProcessSettings);

/**
 * The `runner` part of the manifest of a model in a process.
 *
 * @throws SettingsError for the fields that are not valid.
 */
export function parseProcessSettings({ runner }: ModelManifest): ProcessSettings {
  checkSettings(["runner"], schema, runner);
  return runner as unknown as ProcessSettings;
}

const findProcessFaults = bySchema(ProcessSettings);

export const processSettings: KindSettings = {
  keys: ({ protocol }) => [
    "kind",
    "command",
    "protocol",
    "environment",
    ...(protocol === "open-inference" ? protocolKeys : []),
  ],
  find: (settings) => [
    ...findProcessFaults(settings),
    ...(settings["protocol"] === "open-inference" ? findProtocolFaults(settings) : []),
  ],
};
