import type { ModelManifest } from "./manifest.js";
import { moduleRunner } from "./module/module-runner.js";
import { onnxRunner } from "./onnx/onnx-runner.js";
import type { Runner } from "./runner.js";

/** Every kind of model that can be run; one line each. */
const runners: readonly Runner[] = [moduleRunner, onnxRunner];

/**
 * The runner of a model version.
 *
 * @throws Error naming the model, the kind it asks for and the kinds there are.
 */
export function findRunner(manifest: Pick<ModelManifest, "name" | "version" | "runner">): Runner {
  const found = runners.find((runner) => runner.kind === manifest.runner.kind);
  if (found !== undefined) return found;
  const known = runners.map((runner) => runner.kind).join(", ");
  throw new Error(
    `${manifest.name} ${manifest.version} asks for a runner of kind ${JSON.stringify(manifest.runner.kind)}; there are ${known}.`,
  );
}
