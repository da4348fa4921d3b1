import type { KindSettings } from "./check/kind-settings.js";
import type { ModelManifest } from "./manifest/manifest.js";
import type { Runner } from "./runner.js";

// Loaded when they are needed: some runners bring large libraries, and an engine that needs no schemas starts without them.
interface RunnerEntry {
  readonly settings: () => Promise<KindSettings>;
  /** Whether it runs code or files of the model, in the process of the caller or as its child. */
  readonly needsProcess: boolean;
  readonly load: () => Promise<Runner>;
}

/** Every kind of model that can be run, one entry each. */
const runners = {
  "grpc-container": {
    settings: async () => (await import("./grpc-container/grpc-settings.js")).grpcContainerSettings,
    needsProcess: false,
    load: async () => (await import("./grpc-container/grpc-runner.js")).grpcContainerRunner,
  },
  "http-container": {
    settings: async () => (await import("./http-container/http-settings.js")).httpContainerSettings,
    needsProcess: false,
    load: async () => (await import("./http-container/http-runner.js")).httpContainerRunner,
  },
  module: {
    settings: async () => (await import("./module/module-settings.js")).moduleSettings,
    needsProcess: true,
    load: async () => (await import("./module/module-runner.js")).moduleRunner,
  },
  onnx: {
    settings: async () => (await import("./onnx/onnx-settings.js")).onnxSettings,
    needsProcess: true,
    load: async () => (await import("./onnx/onnx-runner.js")).onnxRunner,
  },
  "open-inference": {
    settings: async () => (await import("./open-inference/open-inference-settings.js")).openInferenceSettings,
    needsProcess: false,
    load: async () => (await import("./open-inference/open-inference-runner.js")).openInferenceRunner,
  },
  openai: {
    settings: async () => (await import("./openai/openai-settings.js")).openAiSettings,
    needsProcess: false,
    load: async () => (await import("./openai/openai-runner.js")).openAiRunner,
  },
  process: {
    settings: async () => (await import("./process/process-settings.js")).processSettings,
    needsProcess: true,
    load: async () => (await import("./process/process-runner.js")).processRunner,
  },
} as const satisfies Record<string, RunnerEntry>;
export type RunnerKind = keyof typeof runners;

export const runnerKinds = Object.keys(runners) as readonly RunnerKind[];

/** What the `runner` part of a `model.yaml` of that kind may say. */
export function settingsOfKind(kind: RunnerKind): Promise<KindSettings> {
  return runners[kind].settings();
}

/** Whether each engine needs its own process; if not, its runner only waits for another server's responses. */
export function needsProcess({ runner: { kind } }: Pick<ModelManifest, "runner">): boolean {
  return isRunnerKind(kind) && runners[kind].needsProcess;
}

/**
 * The runner of a model version.
 *
 * @throws Error naming the model, the kind it asks for and the kinds there are.
 */
export async function findRunner(manifest: Pick<ModelManifest, "name" | "version" | "runner">): Promise<Runner> {
  const { kind } = manifest.runner;
  if (isRunnerKind(kind)) return runners[kind].load();
  const known = runnerKinds.join(", ");
  throw new Error(
    `${manifest.name} ${manifest.version} requires a runner of kind ${JSON.stringify(kind)}; there are ${known}.`,
  );
}

/** Whether there is a runner of that kind. */
export function isRunnerKind(kind: unknown): kind is RunnerKind {
  return typeof kind === "string" && Object.hasOwn(runners, kind);
}
