import type { ModelManifest } from "./manifest/manifest.js";
import type { Runner } from "./runner.js";

/** Every kind of model that can be run, one line each; loaded when it is needed, as some bring large libraries. */
const runners = {
  "grpc-container": async () => (await import("./grpc-container/grpc-runner.js")).grpcContainerRunner,
  "http-container": async () => (await import("./http-container/http-runner.js")).httpContainerRunner,
  module: async () => (await import("./module/module-runner.js")).moduleRunner,
  onnx: async () => (await import("./onnx/onnx-runner.js")).onnxRunner,
  "open-inference": async () => (await import("./open-inference/open-inference-runner.js")).openInferenceRunner,
  process: async () => (await import("./process/process-runner.js")).processRunner,
} as const satisfies Record<string, () => Promise<Runner>>;
export type RunnerKind = keyof typeof runners;

/** Kinds whose model would run in the process of the caller, hold it up and take it along when it dies. */
const kindsInProcesses: ReadonlySet<string> = new Set(["module", "onnx"]);

/** Whether each engine needs a process of its own; if not, its runner only waits for the answers of another. */
export function needsProcess({ runner }: Pick<ModelManifest, "runner">): boolean {
  return kindsInProcesses.has(runner.kind);
}

/**
 * The runner of a model version.
 *
 * @throws Error naming the model, the kind it asks for and the kinds there are.
 */
export async function findRunner(manifest: Pick<ModelManifest, "name" | "version" | "runner">): Promise<Runner> {
  const { kind } = manifest.runner;
  if (isRunnerKind(kind)) return runners[kind]();
  const known = Object.keys(runners).join(", ");
  throw new Error(
    `${manifest.name} ${manifest.version} asks for a runner of kind ${JSON.stringify(kind)}; there are ${known}.`,
  );
}

/** Whether there is a runner of that kind. */
export function isRunnerKind(kind: unknown): kind is RunnerKind {
  return typeof kind === "string" && Object.hasOwn(runners, kind);
}
