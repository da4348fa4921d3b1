import type { ModelManifest } from "./manifest/manifest.js";
import type { ServerKey } from "./remote/server-keys.js";
import { runnerKinds, type RunnerKind } from "./registry.js";

/** The kinds of model that an installation can allow: those of runners, and "container" for images that it starts itself. */
export const modelKinds = [...runnerKinds, "container"] as const;
export type ModelKind = RunnerKind | "container";

/** What an installation allows models. */
export interface ModelPolicy {
  /** Every kind when not given. */
  readonly kinds?: readonly ModelKind[];
  /** Whether models whose model.yaml asks for the network get it; false when not given. */
  readonly allowsNetwork?: boolean;
  /** The operator's keys of model servers; none when not given. */
  readonly serverKeys?: readonly ServerKey[];
}

/** @throws Error with a sentence that says what is not allowed and who can change that. */
export function requireAllowed(
  { name, version, runner, needsNetwork = false }: ModelManifest,
  { kinds = modelKinds, allowsNetwork = false }: ModelPolicy,
): void {
  const needed = runner["image"] === undefined ? [runner.kind] : [runner.kind, "container"];
  const refused = needed.find((kind) => isModelKind(kind) && !kinds.includes(kind));
  if (refused !== undefined)
    throw new Error(
      `${name} ${version} is of kind ${JSON.stringify(refused)}, which this installation does not run: MILLRACE_RUNNERS allows ${kinds.join(", ")}.`,
    );
  if (needsNetwork && !allowsNetwork)
    throw new Error(
      `${name} ${version} asks for the network (resources.network in its model.yaml), which this installation gives no model: ` +
        "remove that line, or ask the operator to set MILLRACE_MODEL_NETWORK=allow.",
    );
}

export function isModelKind(kind: string): kind is ModelKind {
  return modelKinds.some((one) => one === kind);
}
