import type { DataItems, RunOutcome } from "@millrace/runners";
import { readPredictions } from "./predictions.js";

/** The scores of the explained classes for one changed input, in their order. */
export type ClassScores = readonly number[];

/**
 * Asks the model about changed inputs, in order. An answer is undefined where the model refused one; there are fewer than were asked for
 * when the time is up.
 *
 * @param change the changed input at a place; several inputs stand for their mean.
 * @throws the signal's reason when aborted.
 */
export type AskModel = (
  count: number,
  change: (place: number) => Promise<readonly DataItems[]> | readonly DataItems[],
) => Promise<readonly (ClassScores | undefined)[]>;

export interface AskModelOptions {
  /** Runs one batch on an engine. */
  readonly run: (batch: readonly DataItems[]) => Promise<readonly RunOutcome[]>;
  readonly maximumBatchSize: number;
  /** The explained classes. */
  readonly classes: readonly string[];
  /** Looked at between batches. */
  readonly isTimeUp: () => boolean;
}

/** Makes the function that asks; the next batch is made while the model runs the one before. */
export function createAskModel({ run, maximumBatchSize, classes, isTimeUp }: AskModelOptions): AskModel {
  return async (count, change) => {
    const prepare = async (from: number): Promise<(readonly DataItems[])[]> => {
      const changed: (readonly DataItems[])[] = [];
      let size = 0;
      for (let place = from; place < count && size < maximumBatchSize; place += 1) {
        const inputs = await change(place);
        changed.push(inputs);
        size += inputs.length;
      }
      return changed;
    };
    const answers: (ClassScores | undefined)[] = [];
    let next = prepare(0);
    while (answers.length < count && !isTimeUp()) {
      const changed = await next;
      next = prepare(answers.length + changed.length);
      // Its fault is met when it is waited for.
      next.catch(() => undefined);
      const outcomes = await runAll(changed.flat());
      let start = 0;
      for (const { length } of changed) answers.push(meanScores(outcomes.slice(start, (start += length)), classes));
    }
    await next;
    return answers;
  };

  async function runAll(inputs: readonly DataItems[]): Promise<RunOutcome[]> {
    const outcomes: RunOutcome[] = [];
    for (let start = 0; start < inputs.length; start += maximumBatchSize)
      outcomes.push(...(await run(inputs.slice(start, start + maximumBatchSize))));
    return outcomes;
  }
}

/** A class that the model does not name has no score worth naming: 0. */
function meanScores(outcomes: readonly RunOutcome[], classes: readonly string[]): ClassScores | undefined {
  const sums = classes.map(() => 0);
  for (const outcome of outcomes) {
    const predictions = outcome.succeeded ? readPredictions(outcome.outputs)?.predictions : undefined;
    if (predictions === undefined) return undefined;
    const scores = new Map(predictions.map(({ class: name, score }) => [name, score]));
    classes.forEach((name, index) => (sums[index] = (sums[index] ?? 0) + (scores.get(name) ?? 0)));
  }
  return sums.map((sum) => sum / outcomes.length);
}
