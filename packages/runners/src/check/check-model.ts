import { resolve } from "node:path";
import { byName, decodeText } from "@millrace/contract";
import { checkOutputs, shortenError } from "./check-outputs.js";
import { isJsonMediaType } from "./json-output.js";
import { hasClassScores, warningsOf, type SampleAnswer } from "./sample-warnings.js";
import type { ModelManifest } from "../manifest/manifest.js";
import { ManifestError } from "../manifest/manifest-fault.js";
import { readManifest } from "../manifest/read-manifest.js";
import type { Output } from "../runner.js";
import { readSamples } from "../manifest/samples.js";
import type { ModelPolicy } from "../model-policy.js";
import { startEngine, type StartEngineOptions } from "../start-engine.js";

/** What is done with a model before it may run: its steps, in order. */
export const checkSteps = ["read model.yaml", "load the model", "run its samples", "compare the outputs"] as const;
export type CheckStep = (typeof checkSteps)[number];

/** One step failed; the message says which and what to do. */
export class ModelCheckError extends Error {
  override readonly name = "ModelCheckError";

  constructor(
    readonly step: CheckStep,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The step "${step}" failed: ${reason}`, options);
  }
}

/** A model that passed, and what its samples answered. */
export interface CheckedModel {
  readonly manifest: ModelManifest;
  /** The submission of its samples, as JSON; `{}` for a model without samples. */
  readonly submission: string;
  /** Sample name -> output name -> output. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, Output>>>>;
  /** The same as values, as results bodies have them; null for outputs that are not JSON. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The format of the results, as model.yaml or the samples' answers say; null where neither does. */
  readonly resultsFormat: string | null;
  /** Sentences about what looks like a mistake in model.yaml, though the model runs. */
  readonly warnings: readonly string[];
}

export interface CheckOptions {
  readonly signal: AbortSignal;
  /** Which addresses the model may be at; any when left out. */
  readonly outbound?: StartEngineOptions["outbound"];
  readonly onStep?: (step: CheckStep) => void;
  /** What the installation allows; every kind and no network when not given. */
  readonly policy?: ModelPolicy;
}

/** Scores differ a little between machines and versions of a library; classes and texts do not. */
const numberTolerance = 0.01;

/**
 * Loads the model in a folder as a worker would, runs its samples and compares what they answer with what they should.
 *
 * @throws ModelCheckError
 */
export async function checkModel(
  directory: string,
  { signal, outbound, onStep, policy = {} }: CheckOptions,
): Promise<CheckedModel> {
  const root = resolve(directory);
  const step = async <Result>(name: CheckStep, work: () => Promise<Result>): Promise<Result> => {
    onStep?.(name);
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      // The folder's own name says nothing to somebody who sent it as an archive.
      const reason = error instanceof Error ? error.message : String(error);
      const told = error instanceof ManifestError ? reason : shortenError(reason);
      throw new ModelCheckError(name, told.replaceAll(`${root}/`, ""), { cause: error });
    }
  };
  const { manifest, submission, samples } = await step("read model.yaml", async () => {
    const read = await readManifest(root);
    return { manifest: read, ...(await readSamples(read)) };
  });
  const engine = await step("load the model", () =>
    startEngine(manifest, { signal, name: "model-check", policy, ...(outbound === undefined ? {} : { outbound }) }),
  );
  try {
    const outputs = byName<Readonly<Record<string, Output>>>();
    const answers = byName<Readonly<Record<string, unknown>>>();
    const noticed = new Map<string, SampleAnswer>();
    await step("run its samples", async () => {
      for (const { name, items, explain } of samples) {
        const [outcome] = await engine.run([items], { explain, signal });
        const sample = `sample ${JSON.stringify(name)}`;
        if (!outcome?.succeeded) throw new Error(`${sample}: ${shortenError(outcome?.error ?? "no outcome")}`);
        const fault = checkOutputs(manifest, outcome.outputs);
        if (fault !== undefined) throw new Error(`${sample}: ${fault}`);
        outputs[name] = outcome.outputs;
        answers[name] = toJson(sample, outcome.outputs);
        noticed.set(name, { answers: answers[name], notices: outcome.notices ?? [] });
      }
    });
    await step("compare the outputs", async () => {
      for (const { name, expected } of samples) {
        if (expected === undefined) continue;
        const difference = findDifference(answers[name], expected);
        if (difference !== undefined)
          throw new Error(`sample ${JSON.stringify(name)}: ${difference}; fix the model or samples/output.json.`);
      }
    });
    const seen = hasClassScores(noticed.values()) ? "classification" : null;
    const resultsFormat = manifest.resultsFormat ?? seen;
    return { manifest, submission, outputs, answers, resultsFormat, warnings: warningsOf(manifest, noticed) };
  } finally {
    await engine.close();
  }
}

/** Outputs in JSON as values; others, which a sample output names only by an address, as null. */
function toJson(sample: string, outputs: Readonly<Record<string, Output>>): Record<string, unknown> {
  const valueOf = (name: string, { mediaType, bytes }: Output): unknown => {
    if (!isJsonMediaType(mediaType)) return null;
    try {
      return JSON.parse(decodeText(bytes));
    } catch {
      throw new Error(
        `${sample}: its output ${JSON.stringify(name)} is not valid JSON, although its media type is ${mediaType}.`,
      );
    }
  };
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, valueOf(name, output)]));
}

/** Where two JSON values differ by more than rounding, in words; undefined when they do not. */
export function findDifference(found: unknown, expected: unknown, path = ""): string | undefined {
  if (found === null && typeof expected === "string" && /^https?:/.test(expected)) return undefined;
  if (typeof found === "number" && typeof expected === "number")
    return Math.abs(found - expected) <= numberTolerance * Math.max(1, Math.abs(expected))
      ? undefined
      : `${path} is ${found}, expected ${expected}`;
  if (!isContainer(found) || !isContainer(expected) || Array.isArray(found) !== Array.isArray(expected))
    return found === expected
      ? undefined
      : `${path} is ${JSON.stringify(found) ?? "missing"}, expected ${JSON.stringify(expected) ?? "nothing"}`;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const inside = Array.isArray(expected) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const difference = findDifference(found[key], expected[key], inside);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
