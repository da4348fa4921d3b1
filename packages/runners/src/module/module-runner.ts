import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { byName } from "@millrace/contract/by-name";
import { encodeJsonOutput } from "../check/json-output.js";
import type { ModelManifest } from "../manifest/manifest.js";
import type { DataItems, Engine, Output, RunContext, RunOutcome, Runner } from "../runner.js";

/** What a model's module exports. */
export interface ModelModule {
  load(context: {
    readonly directory: string;
    readonly manifest: ModelManifest;
    readonly signal: AbortSignal;
  }): Promise<LoadedModule> | LoadedModule;
}

/** A loaded model; `run` answers one item for each of the batch: outputs by name, or an Error for an input that failed. */
export interface LoadedModule {
  run(batch: readonly DataItems[], context: RunContext): Promise<readonly unknown[]> | readonly unknown[];
  close?(): Promise<void> | void;
}

/** Runs models that are a JavaScript module: `runner: {kind: module, file: model.mjs}`. */
export const moduleRunner: Runner = {
  kind: "module",
  async load(manifest, signal) {
    const file = join(manifest.directory, String(manifest.runner["file"]));
    const module = (await import(pathToFileURL(file).href)) as Partial<ModelModule>;
    if (typeof module.load !== "function") throw new Error(`${file} does not export a function "load".`);
    const loaded = await module.load({ directory: manifest.directory, manifest, signal });
    if (typeof loaded?.run !== "function")
      throw new Error(`load() of ${file} did not return an object with a function "run".`);
    return toEngine(manifest, loaded);
  },
};

function toEngine(manifest: ModelManifest, loaded: LoadedModule): Engine {
  return {
    name: `${manifest.identifier}-${manifest.version}`,
    async run(batch, context) {
      const answers: unknown = await loaded.run(batch, context);
      if (!Array.isArray(answers) || answers.length !== batch.length) {
        const found = Array.isArray(answers) ? `${answers.length} answers` : `no array (${typeof answers})`;
        throw new Error(`run() must return one answer for each of ${batch.length} inputs; it returned ${found}.`);
      }
      return answers.map((answer: unknown) => toOutcome(manifest, answer));
    },
    async close() {
      await loaded.close?.();
    },
  };
}

function toOutcome(manifest: ModelManifest, answer: unknown): RunOutcome {
  if (answer instanceof Error) return { succeeded: false, error: answer.message };
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return {
      succeeded: false,
      error: `${manifest.name} returned ${answer === null ? "null" : typeof answer} for this input instead of outputs by name.`,
    };
  }
  const outputs = byName<Output>();
  for (const [name, value] of Object.entries(answer)) {
    const mediaType = manifest.outputs.find((output) => output.name === name)?.mediaType ?? "application/json";
    const bytes = value instanceof Uint8Array ? value : encodeJsonOutput(name, value, manifest.name);
    if (bytes instanceof Error) return { succeeded: false, error: bytes.message };
    outputs[name] = { mediaType, bytes };
  }
  return { succeeded: true, outputs };
}
