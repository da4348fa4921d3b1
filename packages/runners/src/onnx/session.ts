import { join } from "node:path";
import "./without-telemetry.js";
import { InferenceSession } from "onnxruntime-node";
import type { ModelManifest } from "../manifest/manifest.js";

/**
 * Opens the file of a model; on the GPU when model.yaml asks for one.
 *
 * @throws Error with a sentence when it cannot be loaded.
 */
export async function openSession(manifest: ModelManifest, file: string): Promise<InferenceSession> {
  const { directory, gpuCount } = manifest;
  const path = join(directory, file);
  const options = {
    intraOpNumThreads: sessionThreads(manifest),
    interOpNumThreads: 1,
    executionMode: "sequential",
  } as const;
  if (gpuCount === 0) return InferenceSession.create(path, options);
  try {
    return await InferenceSession.create(path, { ...options, executionProviders: ["cuda", "cpu"] });
  } catch (error) {
    throw new Error(
      `resources.gpu.count of its model.yaml is ${gpuCount}, and it cannot be loaded with CUDA (${(error as Error).message}): run ` +
        '"ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false" on a machine with CUDA 12 and cuDNN 9, or set the count to 0.',
      { cause: error },
    );
  }
}

/** As many as `resources.cpu.count` says, and 1 at least: several engines beat several threads on small models, large ones need them. */
export function sessionThreads({ cpuCount }: Pick<ModelManifest, "cpuCount">): number {
  return Math.max(1, Math.floor(cpuCount));
}
