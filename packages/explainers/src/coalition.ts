import type { Answers, AskModel, DataItems } from "./ask-model.js";

/** Which features of an input are kept: 1, or hidden: 0. */
export type Coalition = Uint8Array;

/** An input whose features can be hidden individually. */
export interface HidingInput {
  /** How many features it has. */
  readonly size: number;
  /** The input as it came: all its features. */
  readonly whole: DataItems;
  /** The input with only some of its features; several where the answer is the mean of the model's answers to them. */
  hide(coalition: Coalition): Promise<readonly DataItems[]> | readonly DataItems[];
  /** A replacement for the input with everything hidden, if the model refuses that one. */
  readonly placeholder?: { readonly items: DataItems; readonly name: string };
}

/** What an explanation found out about the features of one input, for one class. */
export interface Attribution {
  /** One number for each feature: how much it speaks for the class. */
  readonly scores: readonly number[];
  /** The score that the explanation gives the input with all features hidden. */
  readonly baseValue: number;
  /** R² of the linear stand-in, see {@link fidelityOf}; null where nothing can be said. */
  readonly fidelity: number | null;
  /** Whether the values are made to add up to the score, as Shapley values are. */
  readonly addsUp: boolean;
}

/** The attributions of the explained classes, in their order. */
export interface Attributions {
  readonly classes: readonly Attribution[];
  /** How many different combinations of hidden features the model answered for. */
  readonly samples: number;
  /** Whether the time was up before all were asked. */
  readonly isPartial: boolean;
  /** Sentences for who reads the explanation. */
  readonly notices: readonly string[];
}

export interface SamplingOptions {
  /** How many changed inputs are asked about, at most. */
  readonly samples: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** Whether this number of features has at most `samples` coalitions. */
export function canAskAll(size: number, samples: number): boolean {
  return size <= 20 && 2 ** size <= samples;
}

/** A key that is the same for coalitions that are. */
export function keyOf(coalition: Coalition): string {
  return Buffer.from(coalition.buffer, coalition.byteOffset, coalition.byteLength).toString("latin1");
}

export function countKept(coalition: Coalition): number {
  let kept = 0;
  for (const one of coalition) kept += one;
  return kept;
}

/** A coalition that is asked about, and how much its answer weighs. */
export interface Sample {
  readonly coalition: Coalition;
  weight: number;
}

/** Asks the model about coalitions as they are drawn; the whole input is asked about as it came. */
export function askCoalitions<Drawn extends Sample>(
  ask: AskModel,
  input: HidingInput,
  samples: Iterable<Drawn>,
): Promise<Answers<Drawn>> {
  return ask(samples, ({ coalition }) => (coalition.includes(0) ? input.hide(coalition) : [input.whole]));
}

export function fewerThanFeatures(samples: number, size: number): string {
  return `The model was run on ${samples} combinations of ${size} hidden parts, too few to tell them apart: increase explanation.samples.`;
}
