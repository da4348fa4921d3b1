import { readFile } from "node:fs/promises";
import type { Explanation, ExplanationMethod } from "@millrace/contract";
import { explainInput } from "@millrace/explainers";
import { readManifest, startEngine, type DataItems, type Engine, type ModelManifest } from "@millrace/runners";
import { readExplainedInput } from "../../packages/server/src/explanations/explained-input.js";
import { readPredictions, toModelAnswer } from "../../packages/server/src/explanations/predictions.js";
import { explainableOf } from "../../packages/server/src/models/explainable.js";

/** A bundled model that answers scores, and how long it took to. */
export interface ScoringModel {
  readonly manifest: ModelManifest;
  /** Every class's score for each input. */
  score(batch: readonly DataItems[]): Promise<Map<string, number>[]>;
  explain(items: DataItems, method: ExplanationMethod, seed?: number): Promise<Explanation>;
  /** Milliseconds in the model, and inputs that it ran, since it was loaded. */
  readonly spent: { modelMs: number; inputs: number };
  close(): Promise<void>;
}

const { signal } = new AbortController();

export async function loadModel(directory: string): Promise<ScoringModel> {
  const manifest = await readManifest(directory);
  const engine: Engine = await startEngine(manifest, { signal, name: "explained" });
  const explainable = explainableOf(manifest);
  if (explainable === undefined) throw new Error(`${manifest.name} cannot be explained.`);
  const spent = { modelMs: 0, inputs: 0 };
  const run = async (batch: readonly DataItems[]) => {
    const start = performance.now();
    const outcomes = await engine.run(batch, { explain: false, everyClass: true, signal });
    spent.modelMs += performance.now() - start;
    spent.inputs += batch.length;
    return outcomes;
  };
  const score: ScoringModel["score"] = async (batch) => {
    const scores: Map<string, number>[] = [];
    for (let start = 0; start < batch.length; start += manifest.maximumBatchSize) {
      for (const outcome of await run(batch.slice(start, start + manifest.maximumBatchSize))) {
        const found = outcome.succeeded ? readPredictions(outcome.outputs) : undefined;
        if (found === undefined) throw new Error(outcome.succeeded ? "No class scores." : outcome.error);
        scores.push(new Map(found.predictions.map(({ class: name, score: value }) => [name, value])));
      }
    }
    return scores;
  };
  return {
    manifest,
    score,
    spent,
    async explain(items, method, seed = 0) {
      const predictedClass = bestOf((await score([items]))[0]);
      const options = { method, seed, timeLimitMs: 3_600_000 };
      return explainInput({
        input: await readExplainedInput(manifest, explainable, [], items),
        predictedClass,
        options,
        maximumBatchSize: manifest.maximumBatchSize,
        run: async (batch) => (await run(batch)).map(toModelAnswer),
      });
    },
    close: () => engine.close(),
  };
}

export function bestOf(scores: ReadonlyMap<string, number> | undefined): string {
  let best: [string, number] = ["", -Infinity];
  for (const entry of scores ?? []) if (entry[1] > best[1]) best = entry;
  return best[0];
}

export async function readJson<Value>(file: string): Promise<Value> {
  return JSON.parse(await readFile(file, "utf8")) as Value;
}
