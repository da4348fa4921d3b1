import type { ModelManifest } from "./manifest/manifest.js";
import { startProcessEngine } from "./isolation/process-engine.js";
import { withTimeLimit } from "./isolation/time-limit.js";
import { requireAllowed, type ModelPolicy } from "./model-policy.js";
import type { Outbound } from "./remote/outbound.js";
import { findRunner, isRunnerKind, needsProcess, settingsOfKind } from "./registry.js";
import type { Engine } from "./runner.js";

export interface StartEngineOptions {
  /** Gives up loading. */
  readonly signal: AbortSignal;
  /** The engine's name in logs and results. */
  readonly name: string;
  /** Which addresses the model may be at, unless it is the operator's own; any when left out. */
  readonly outbound?: Outbound;
  /** What the installation allows; every kind and no network when not given. */
  readonly policy?: ModelPolicy;
}

/**
 * Loads a model version so that nothing it does can block or harm this process: in a separate process, or, if the model already
 * runs in one, over a connection.
 *
 * @throws Error with a sentence, when the policy does not allow the model, or it cannot be loaded or takes longer than `manifest.loadTimeoutMs`.
 */
export async function startEngine(manifest: ModelManifest, options: StartEngineOptions): Promise<Engine> {
  const { signal, name, outbound, policy = {} } = options;
  signal.throwIfAborted();
  requireAllowed(manifest, policy);
  if (needsProcess(manifest)) return startProcessEngine(await withCheck(manifest), name, signal);
  const runner = await findRunner(manifest);
  // Not within the time to load: to pull an image may take many minutes.
  await runner.prepare?.(manifest, signal);
  const limit = withTimeLimit(signal, manifest.loadTimeoutMs);
  const allowed = manifest.isOperators === true ? undefined : outbound;
  return { ...(await runner.load(manifest, limit, allowed, policy.serverKeys)), name };
}

/** Whether the settings are valid is found here, where the schemas are loaded. What is wrong with them, the engine's process says. */
async function withCheck(manifest: ModelManifest): Promise<ModelManifest> {
  const { runner } = manifest;
  const faults = isRunnerKind(runner.kind) ? (await settingsOfKind(runner.kind)).find(runner) : undefined;
  return { ...manifest, hasCheckedSettings: faults?.length === 0 };
}
