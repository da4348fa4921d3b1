import type { Explanation, ExplanationMethod, ExplanationOptions } from "@millrace/contract";
import type { DataItems, ModelManifest, RunOutcome } from "@millrace/runners";
import { createAskModel, type AskModel } from "./ask-model.js";
import { readBackground } from "./background.js";
import type { Attribution, Attributions, HidingInput, SamplingOptions } from "./coalition.js";
import { describeRegions, hideSuperpixels, showThrough } from "./explain-image.js";
import { hideColumns } from "./explain-tabular.js";
import { hideWords } from "./explain-text.js";
import type { Explainable } from "./explainable.js";
import { explainByKernelShap } from "./kernel-shap.js";
import { explainByLime } from "./lime.js";
import { readPicture } from "./picture.js";
import { explainByRise } from "./rise.js";
import { createSeededRandom } from "./seeded-random.js";

export interface ExplainRequest {
  readonly manifest: ModelManifest;
  readonly explainable: Explainable;
  readonly items: DataItems;
  /** The most probable class of the unchanged input; explained when the options name none. */
  readonly predictedClass: string;
  readonly options: ExplanationOptions;
  /** Runs the model over a batch and resolves to every class's score. */
  readonly run: (batch: readonly DataItems[]) => Promise<readonly RunOutcome[]>;
  /** Milliseconds since some moment; the clock of this machine by default. */
  readonly nowMs?: () => number;
}

const defaultTimeLimitMs = 60_000;

/** What was found out about each explained class, in the form of the kind of input. */
interface Described {
  readonly fields: readonly object[];
  readonly facts: readonly Omit<Attribution, "scores">[];
  readonly samples: number;
  readonly isPartial: boolean;
}

/**
 * Explains one answer of a classifier: asks it again about changed inputs, at most `options.samples` times.
 *
 * @throws ExplanationError when the input or the model gives nothing to explain; the reason of `run`'s signal when aborted.
 */
export async function explainInput(request: ExplainRequest): Promise<Explanation> {
  const { manifest, explainable, options, predictedClass, run, nowMs = () => performance.now() } = request;
  const method = options.method ?? explainable.methods[0] ?? "lime";
  const seed = options.seed ?? 0;
  const classes = [...new Set(options.classes ?? [predictedClass])];
  const endMs = nowMs() + (options.timeLimitMs ?? defaultTimeLimitMs);
  const ask = createAskModel({
    run,
    maximumBatchSize: manifest.maximumBatchSize,
    classes,
    isTimeUp: () => nowMs() >= endMs,
  });
  const sampling = { samples: options.samples ?? explainable.samples, random: createSeededRandom(seed) };
  const { fields, facts, samples, isPartial } = await describe(request, method, ask, sampling);
  const [first, ...others] = classes.map((name, index) => ({
    ...fields[index],
    method,
    class: name,
    ...facts[index],
    samples,
    seed,
    isPartial,
  }));
  return roundNumbers({ ...first, ...(others.length === 0 ? {} : { otherClasses: others }) }) as Explanation;
}

async function describe(
  { manifest, explainable, items }: ExplainRequest,
  method: ExplanationMethod,
  ask: AskModel,
  sampling: SamplingOptions,
): Promise<Described> {
  const { kind, item } = explainable;
  if (kind === "text") {
    const text = hideWords(items, item, sampling.samples);
    return describeAttributions(await attribute(text, method, ask, sampling), text.describe);
  }
  if (kind === "tabular") {
    const background = await readBackground(manifest);
    const row = hideColumns(items, item, background);
    // Each coalition costs an answer for every row of the background.
    const samples = Math.max(2, Math.floor(sampling.samples / background.length));
    return describeAttributions(await attribute(row, method, ask, { ...sampling, samples }), row.describe);
  }
  const { acceptedMediaTypes = [] } = manifest.inputs.find(({ name }) => name === item) ?? {};
  const picture = await readPicture(items[item] ?? new Uint8Array(), item, acceptedMediaTypes);
  if (method === "rise") {
    const found = await explainByRise(picture.width, picture.height, showThrough(items, item, picture), ask, sampling);
    return {
      fields: found.classes.map((saliency) => describeRegions(picture, saliency)),
      facts: found.classes.map(() => ({ baseValue: 0, fidelity: null, additivityResidual: null })),
      samples: found.samples,
      isPartial: found.isPartial,
    };
  }
  const superpixels = hideSuperpixels(items, item, picture);
  return describeAttributions(await attribute(superpixels, method, ask, sampling), (attribution) =>
    describeRegions(picture, superpixels.toPixels(attribution)),
  );
}

function attribute(
  input: HidingInput,
  method: ExplanationMethod,
  ask: AskModel,
  sampling: SamplingOptions,
): Promise<Attributions> {
  return method === "kernel-shap" ? explainByKernelShap(input, ask, sampling) : explainByLime(input, ask, sampling);
}

function describeAttributions(
  { classes, samples, isPartial }: Attributions,
  toFields: (attribution: Attribution) => object,
): Described {
  return {
    fields: classes.map(toFields),
    facts: classes.map(({ baseValue, fidelity, additivityResidual }) => ({ baseValue, fidelity, additivityResidual })),
    samples,
    isPartial,
  };
}

/** Engines sum in the order that suits them: beyond six digits behind the point there is only noise. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? value : Math.round(value * 1e6) / 1e6;
  if (Array.isArray(value)) return value.map(roundNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, roundNumbers(field)]));
}
