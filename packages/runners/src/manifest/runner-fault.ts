import { isRunnerKind, runnerKinds, settingsOfKind } from "../registry.js";
import { unknownKey, type ManifestFault } from "./manifest-fault.js";
import type { ModelManifest, RunnerSettings } from "./manifest.js";

/** What is wrong with the `runner` of a `model.yaml`. */
export async function findRunnerFaults(runner: ModelManifest["runner"]): Promise<readonly ManifestFault[]> {
  if (!isRunnerKind(runner.kind)) return [{ path: ["runner", "kind"], expected: `one of ${runnerKinds.join(", ")}` }];
  const { keys, find } = await settingsOfKind(runner.kind);
  const known = keys(runner);
  const unknown = Object.keys(runner).filter((key) => !known.includes(key));
  return [...unknown.map((key) => unknownKey(["runner", key], known)), ...find(runner)];
}

/** The files of the model that its `runner` names, each with the field that does. */
export async function filesOfRunner(
  runner: ModelManifest["runner"],
): Promise<readonly { readonly path: readonly string[]; readonly name: string }[]> {
  if (!isRunnerKind(runner.kind)) return [];
  return ((await settingsOfKind(runner.kind)).files?.(runner) ?? []).flatMap((path) => {
    const name = path.reduce<unknown>((value, part) => (value as RunnerSettings | undefined)?.[part], runner);
    return typeof name === "string" ? [{ path: ["runner", ...path], name }] : [];
  });
}
