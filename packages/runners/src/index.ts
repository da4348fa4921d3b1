export { checkModel, checkSteps, ModelCheckError, type CheckedModel, type CheckStep } from "./check-model.js";
export type { ManifestInput, ManifestMetric, ManifestOutput, ModelManifest } from "./manifest.js";
export type { LoadedModule, ModelModule } from "./module/module-runner.js";
export { parseSizeBytes } from "./quantities.js";
export { readManifest } from "./read-manifest.js";
export { findRunner } from "./registry.js";
export { EngineCrashedError } from "./runner.js";
export type { DataItems, Engine, Output, RunContext, RunOutcome, Runner } from "./runner.js";
export { startEngine, type StartEngineOptions } from "./start-engine.js";
