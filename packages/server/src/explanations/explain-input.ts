import type { Explanation, ExplanationMethod, ExplanationOptions } from "@millrace/contract";
import type { DataItems, ModelManifest, RunOutcome, TabularColumn } from "@millrace/runners";
import { createAskModel, type AskModel } from "./ask-model.js";
import { readBackground } from "./background.js";
import {
  ExplanationError,
  type Attribution,
  type Attributions,
  type HidingInput,
  type SamplingOptions,
} from "./coalition.js";
import { describeRegions, hideSuperpixels, showThrough } from "./explain-image.js";
import { hideColumns } from "./explain-tabular.js";
import { hideWords } from "./explain-text.js";
import type { Explainable } from "./explainable.js";
import { explainByKernelShap } from "./kernel-shap.js";
import { explainByLime } from "./lime.js";
import { sum } from "./linear-surrogate.js";
import { readPicture } from "./picture.js";
import { explainByRise } from "./rise.js";
import { createSeededRandom } from "./seeded-random.js";

export interface ExplainRequest {
  readonly manifest: ModelManifest;
  readonly explainable: Explainable;
  /** The columns that the model declares of a row. */
  readonly columns: readonly TabularColumn[];
  readonly items: DataItems;
  /** The most probable class of the unchanged input; explained when the options name none. */
  readonly predictedClass: string;
  /** The scores that the model gave the unchanged input, by class; what is not there is asked. */
  readonly published?: ReadonlyMap<string, number>;
  readonly options: ExplanationOptions;
  /** Runs the model over a batch and resolves to every class's score. */
  readonly run: (batch: readonly DataItems[]) => Promise<readonly RunOutcome[]>;
  /** Milliseconds since some moment; the local clock by default. */
  readonly nowMs?: () => number;
}

const defaultTimeLimitMs = 60_000;

/** What was found out about each explained class, in the form of the kind of input. */
interface Described {
  readonly fields: readonly object[];
  readonly attributions: readonly Attribution[];
  readonly samples: number;
  readonly isPartial: boolean;
  readonly notices: readonly string[];
}

/**
 * Explains one answer of a classifier: asks it again about changed inputs, at most `options.samples` times.
 *
 * @throws ExplanationError when the input or the model gives nothing to explain; the reason of `run`'s signal when aborted.
 */
export async function explainInput(request: ExplainRequest): Promise<Explanation> {
  const { manifest, explainable, options, predictedClass, published, run, nowMs = () => performance.now() } = request;
  const method = options.method ?? explainable.methods[0] ?? "lime";
  const seed = options.seed ?? 0;
  const classes = [...new Set(options.classes ?? [predictedClass])];
  const endMs = nowMs() + (options.timeLimitMs ?? defaultTimeLimitMs);
  const model = createAskModel({
    run,
    maximumBatchSize: manifest.maximumBatchSize,
    classes,
    isTimeUp: () => nowMs() >= endMs,
  });
  const sampling = { samples: options.samples ?? explainable.samples, random: createSeededRandom(seed) };
  const described = await describe(request, method, classes.length, model.ask, sampling);
  const missing = model.missingShares();
  const unnamed = classes.filter((_, index) => missing[index] === 1);
  if (unnamed.length === classes.length) throw new ExplanationError(neverNamed(unnamed));
  const notices = [...described.notices, ...(unnamed.length === 0 ? [] : [neverNamed(unnamed)])];
  const common = { samples: described.samples, modelCalls: model.calls(), seed, isPartial: described.isPartial };
  const [first, ...others] = classes.flatMap((name, index) => {
    const attribution = described.attributions[index];
    const missingShare = missing[index] ?? 0;
    if (attribution === undefined || missingShare === 1) return [];
    const { scores, baseValue, fidelity, addsUp } = attribution;
    // The score that is published is what the values are to explain, not a later answer to the same input.
    const score = published?.get(name);
    const additivityResidual = !addsUp ? null : score === undefined ? 0 : score - baseValue - sum(scores);
    const facts = { baseValue, fidelity, additivityResidual, ...common };
    return [{ ...described.fields[index], method, class: name, ...facts, ...(missingShare > 0 && { missingShare }) }];
  });
  return roundNumbers({
    ...first,
    ...(notices.length > 0 && { notice: notices.join(" ") }),
    ...(others.length > 0 && { otherClasses: others }),
  }) as Explanation;
}

function neverNamed(classes: readonly string[]): string {
  const names = classes.map((name) => JSON.stringify(name)).join(", ");
  return `The model names ${names} in none of its answers: what it thinks of ${classes.length === 1 ? "that class" : "these classes"} cannot be explained.`;
}

async function describe(
  { manifest, explainable, columns, items }: ExplainRequest,
  method: ExplanationMethod,
  classCount: number,
  ask: AskModel,
  sampling: SamplingOptions,
): Promise<Described> {
  const { kind, item } = explainable;
  if (kind === "text") {
    const text = hideWords(items, item, { samples: sampling.samples, classCount });
    return describeAttributions(await attribute(text, method, ask, sampling), text.describe, text.notices);
  }
  if (kind === "tabular") {
    const row = hideColumns(items, item, await readBackground(manifest, columns), sampling);
    const attributions = await attribute(row, method, ask, { ...sampling, samples: row.samples });
    return describeAttributions(attributions, row.describe, row.notices);
  }
  const { acceptedMediaTypes = [] } = manifest.inputs.find(({ name }) => name === item) ?? {};
  const picture = await readPicture(items[item] ?? new Uint8Array(), item, acceptedMediaTypes);
  if (method === "rise") {
    const found = await explainByRise(picture.width, picture.height, showThrough(items, item, picture), ask, sampling);
    return {
      ...found,
      fields: found.classes.map((saliency) => describeRegions(picture, saliency)),
      attributions: found.classes.map(() => ({ scores: [], baseValue: 0, fidelity: null, addsUp: false })),
      notices: [],
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
  { classes, samples, isPartial, notices }: Attributions,
  toFields: (attribution: Attribution) => object,
  more: readonly string[] = [],
): Described {
  return { fields: classes.map(toFields), attributions: classes, samples, isPartial, notices: [...more, ...notices] };
}

/** Engines sum in the order that suits them: beyond six digits behind the point there is only noise. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? value : Math.round(value * 1e6) / 1e6;
  if (Array.isArray(value)) return value.map(roundNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, roundNumbers(field)]));
}
