export type { ManifestInput, ManifestMetric, ManifestOutput, ModelManifest } from "./manifest.js";
export { EngineCrashedError } from "./runner.js";
export type { DataItems, Engine, Output, RunContext, RunOutcome, Runner } from "./runner.js";
