import type { DataItems } from "@millrace/runners";
import type { AskModel, ClassScores } from "./ask-model.js";

/** Which features of an input are kept: 1, or hidden: 0. */
export type Coalition = readonly (0 | 1)[];

/** An input whose features can be hidden, each by itself. */
export interface HidingInput {
  /** How many features it has. */
  readonly size: number;
  /** The input with only some of its features; several where the answer is the mean of the model's answers to them. */
  hide(coalition: Coalition): Promise<readonly DataItems[]> | readonly DataItems[];
}

/** What an explanation found out about the features of one input, for one class. */
export interface Attribution {
  /** One number for each feature: how much it speaks for the class. */
  readonly scores: readonly number[];
  /** The score that the explanation gives the input with all features hidden. */
  readonly baseValue: number;
  /** R² of the linear stand-in; null where there is none. */
  readonly fidelity: number | null;
  /** Score minus (base value + sum of the scores): 0 when they add up. Only for Shapley values. */
  readonly additivityResidual: number | null;
}

/** The attributions of the explained classes, in their order. */
export interface Attributions {
  readonly classes: readonly Attribution[];
  /** How many changed inputs the model answered. */
  readonly samples: number;
  /** Whether the time was up before all were asked. */
  readonly isPartial: boolean;
}

export interface SamplingOptions {
  /** How many changed inputs are asked about, at most. */
  readonly samples: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** An explanation that could not be made; the message is a sentence for the caller. */
export class ExplanationError extends Error {
  override readonly name = "ExplanationError";
}

export function full(size: number): Coalition {
  return Array.from({ length: size }, () => 1);
}

export function empty(size: number): Coalition {
  return Array.from({ length: size }, () => 0);
}

/** The coalitions that the model answered, with the scores of the explained classes and their place among those asked. */
export interface Answered {
  readonly coalitions: readonly Coalition[];
  readonly scores: readonly ClassScores[];
  readonly places: readonly number[];
  readonly isPartial: boolean;
}

/**
 * Asks the model about coalitions, in order.
 *
 * @param coalitions the first is the whole input and the second the empty one.
 * @throws ExplanationError when those two were not answered; the signal's reason when aborted.
 */
export async function askCoalitions(
  ask: AskModel,
  input: HidingInput,
  coalitions: readonly Coalition[],
): Promise<Answered> {
  const answers = await ask(coalitions.length, (place) => input.hide(coalitions[place] ?? []));
  if (answers[0] === undefined || answers[1] === undefined)
    throw new ExplanationError(
      answers.length < 2
        ? "The time for the explanation was up before the model had answered: allow more of it (explanation.timeLimitMs)."
        : "The model did not answer for the input with nothing, or with everything, hidden.",
    );
  const places = answers.flatMap((answer, place) => (answer === undefined ? [] : [place]));
  return {
    coalitions: places.map((place) => coalitions[place] ?? []),
    scores: answers.filter((answer) => answer !== undefined),
    places,
    isPartial: answers.length < coalitions.length,
  };
}
