export {
  checkModel,
  checkSteps,
  ModelCheckError,
  type CheckedModel,
  type CheckOptions,
  type CheckStep,
} from "./check/check-model.js";
export { checkOutputs, shortenError } from "./check/check-outputs.js";
export { isJsonMediaType } from "./check/json-output.js";
export { unlessMissing } from "./manifest/missing-file.js";
export type { ManifestInput, ManifestMetric, ManifestOutput, ModelManifest } from "./manifest/manifest.js";
export type { LoadedModule, ModelModule } from "./module/module-runner.js";
export { versionPattern } from "./manifest/manifest-file.js";
export { declaredBackground } from "./declared-background.js";
export { declaredColumns } from "./onnx/declared-columns.js";
export type { TabularColumn } from "./onnx/onnx-schemas.js";
export { maximumTimeoutMs, parseSizeBytes } from "./manifest/quantities.js";
export { readTextFile } from "./manifest/text-file.js";
export { readManifest } from "./manifest/read-manifest.js";
export { isModelKind, modelKinds, type ModelKind, type ModelPolicy } from "./model-policy.js";
export { findIsolation, type Isolation } from "./isolation/isolation.js";
export { readTestCases } from "./manifest/test-cases.js";
export { onAbort } from "./isolation/on-abort.js";
export { withTimeLimit } from "./isolation/time-limit.js";
export { findContainerEngine } from "./isolation/container-engine.js";
export { findRunner } from "./registry.js";
export { EngineCrashedError, EngineTimeoutError } from "./runner.js";
export type { DataItems, Engine, Output, PictureMeasures, RunContext, RunOutcome, Runner } from "./runner.js";
export type { Outbound } from "./remote/outbound.js";
export { parseServerKeys, type ServerKey } from "./remote/server-keys.js";
export { startEngine, type StartEngineOptions } from "./start-engine.js";
