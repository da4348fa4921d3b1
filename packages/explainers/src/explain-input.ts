import {
  explanationKinds,
  type Explanation,
  type ExplanationMethod,
  type ExplanationOptions,
} from "@millrace/contract";
import { createAskModel, type AskModel, type DataItems, type RunModel } from "./ask-model.js";
import type { Attribution, Attributions, HidingInput, SamplingOptions } from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { describeRegions, hideSuperpixels, showThrough } from "./explain-image.js";
import { hideColumns, type Background } from "./explain-tabular.js";
import { hideWords } from "./explain-text.js";
import { sum } from "./linear-surrogate.js";
import { readPicture, type OpenPicture } from "./picture.js";
import { explainers } from "./registry.js";
import { createSeededRandom } from "./seeded-random.js";

/** An input that the model answered, and which of its data items is changed to explain the answer. */
export type ExplainedInput = { readonly items: DataItems; readonly item: string } & (
  | { readonly kind: "text" }
  /** Opened as the model sees them; changed pictures are encoded as one of `acceptedMediaTypes`. */
  | { readonly kind: "image"; readonly acceptedMediaTypes: readonly string[]; readonly open: OpenPicture }
  /** A JSON object of columns; hidden ones take the values of `background`. */
  | { readonly kind: "tabular"; readonly background: Background }
);

export interface ExplainRequest {
  readonly input: ExplainedInput;
  /** The most probable class of the unchanged input; explained when the options name none. */
  readonly predictedClass: string;
  /** The scores that the model gave the unchanged input, by class; what is not there is asked. */
  readonly published?: ReadonlyMap<string, number>;
  readonly options: ExplanationOptions;
  readonly run: RunModel;
  /** How many inputs `run` takes at once, at most. */
  readonly maximumBatchSize: number;
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
 * @throws ExplanationError when the input or the model gives nothing to explain, or the method does not explain that kind of input; what `run` throws.
 */
export async function explainInput(request: ExplainRequest): Promise<Explanation> {
  const { input, options, predictedClass, published, run, maximumBatchSize, nowMs = () => performance.now() } = request;
  const { methods, samples: defaultSamples } = explanationKinds[input.kind];
  const method = options.method ?? methods[0];
  if (!methods.some((one) => one === method))
    throw new ExplanationError(`${method} does not explain ${input.kind} inputs: use ${methods.join(" or ")}.`);
  const seed = options.seed ?? 0;
  const classes = [...new Set(options.classes ?? [predictedClass])];
  const endMs = nowMs() + (options.timeLimitMs ?? defaultTimeLimitMs);
  const model = createAskModel({
    run,
    maximumBatchSize,
    classes,
    isTimeUp: () => nowMs() >= endMs,
  });
  const sampling = { samples: options.samples ?? defaultSamples, random: createSeededRandom(seed) };
  const described = await describe(input, method, classes.length, model.ask, sampling);
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
  return `None of the model's answers names ${names}, so ${classes.length === 1 ? "that class" : "these classes"} cannot be explained.`;
}

async function describe(
  input: ExplainedInput,
  method: ExplanationMethod,
  classCount: number,
  ask: AskModel,
  sampling: SamplingOptions,
): Promise<Described> {
  const { items, item } = input;
  if (input.kind === "text") {
    const text = hideWords(items, item, { samples: sampling.samples, classCount });
    return describeAttributions(await attribute(text, method, ask, sampling), text.describe, text.notices);
  }
  if (input.kind === "tabular") {
    const row = hideColumns(items, item, input.background, sampling);
    const attributions = await attribute(row, method, ask, { ...sampling, samples: row.samples });
    return describeAttributions(attributions, row.describe, row.notices);
  }
  const picture = await readPicture(items[item] ?? new Uint8Array(), item, input.acceptedMediaTypes, input.open);
  const explainer = explainers[method];
  if ("ofPixels" in explainer) {
    const show = showThrough(items, item, picture);
    const found = await explainer.ofPixels(picture.width, picture.height, show, ask, sampling);
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

async function attribute(
  input: HidingInput,
  method: ExplanationMethod,
  ask: AskModel,
  sampling: SamplingOptions,
): Promise<Attributions> {
  const explainer = explainers[method];
  if (!("ofFeatures" in explainer)) throw new ExplanationError(`${method} explains images only.`);
  return explainer.ofFeatures(input, ask, sampling);
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
