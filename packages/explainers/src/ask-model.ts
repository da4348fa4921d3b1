import type { ClassPrediction } from "@millrace/contract";
import { ExplanationError } from "./explanation-error.js";

/** The files of one input, by the names that the model gives them. */
export type DataItems = Readonly<Record<string, Uint8Array>>;

/** What the model answered for one input. */
export interface ModelAnswer {
  /** Its scores, in any order; undefined when it refused the input. Read once, while the next batch runs: a getter may parse them then. */
  readonly predictions: readonly ClassPrediction[] | undefined;
}

/** Runs the model over one batch and resolves to an answer for each input, in the same order. */
export type RunModel = (batch: readonly DataItems[]) => Promise<readonly ModelAnswer[]>;

/** The scores of the explained classes for one changed input, in their order. */
export type ClassScores = readonly number[];

export interface Answers<Change> {
  /** In the order of the changes; without scores where the model refused one. */
  readonly answers: readonly { readonly change: Change; readonly scores: ClassScores | undefined }[];
  /** Whether the time was up before all were asked about. */
  readonly isPartial: boolean;
}

/**
 * Asks the model about changes of an input, in order. The first two are asked about whatever the time is. While the model runs a batch,
 * the answers to the one before are read, and the changes of the next are drawn and made.
 *
 * @param make the changed input; several inputs stand for their mean.
 * @throws the signal's reason when aborted.
 */
export type AskModel = <Change>(
  changes: Iterable<Change>,
  make: (change: Change) => Promise<readonly DataItems[]> | readonly DataItems[],
) => Promise<Answers<Change>>;

export interface AskModelOptions {
  readonly run: RunModel;
  /** How many inputs `run` takes at once, at most. */
  readonly maximumBatchSize: number;
  /** The explained classes. */
  readonly classes: readonly string[];
  /** Looked at between batches. */
  readonly isTimeUp: () => boolean;
}

/** Counts of what the model was asked and did not say. */
export interface AskedModel {
  readonly ask: AskModel;
  /** How many inputs the model was given. */
  readonly calls: () => number;
  /** In which share of its answers each of the explained classes was missing; NaN before the first. */
  readonly missingShares: () => number[];
}

const leastAnswers = 2;

export function createAskModel({ run, maximumBatchSize, classes, isTimeUp }: AskModelOptions): AskedModel {
  let calls = 0;
  let answered = 0;
  const missing = classes.map(() => 0);

  const ask: AskModel = async (changes, make) => {
    type Made = { change: Parameters<typeof make>[0]; inputs: readonly DataItems[] };
    const waiting = changes[Symbol.iterator]();
    const prepare = async (): Promise<Made[]> => {
      const batch: Made[] = [];
      for (let size = 0; size < maximumBatchSize;) {
        const { value: change, done } = waiting.next();
        if (done === true) break;
        const made = make(change);
        const inputs = made instanceof Promise ? await made : made;
        batch.push({ change, inputs });
        size += inputs.length;
      }
      return batch;
    };
    const answers: { change: Made["change"]; scores: ClassScores | undefined }[] = [];
    const read = (batch: readonly Made[], outcomes: readonly ModelAnswer[]) => {
      let start = 0;
      for (const { change, inputs } of batch)
        answers.push({ change, scores: meanScores(outcomes.slice(start, (start += inputs.length))) });
    };
    let asked = 0;
    let batch = await prepare();
    let readLast = (): void => undefined;
    while (batch.length > 0 && (asked < leastAnswers || !isTimeUp())) {
      const running = runAll(batch.flatMap(({ inputs }) => inputs));
      // Its fault is met when it is waited for.
      running.catch(() => undefined);
      asked += batch.length;
      readLast();
      const next = await prepare();
      const [answered, outcomes] = [batch, await running];
      readLast = () => read(answered, outcomes);
      batch = next;
    }
    readLast();
    return { answers, isPartial: batch.length > 0 };
  };

  async function runAll(inputs: readonly DataItems[]): Promise<ModelAnswer[]> {
    calls += inputs.length;
    if (inputs.length <= maximumBatchSize) return [...(await run(inputs))];
    const outcomes: ModelAnswer[] = [];
    for (let start = 0; start < inputs.length; start += maximumBatchSize)
      outcomes.push(...(await run(inputs.slice(start, start + maximumBatchSize))));
    return outcomes;
  }

  function meanScores(outcomes: readonly ModelAnswer[]): ClassScores | undefined {
    const sums = classes.map(() => 0);
    for (const { predictions } of outcomes) {
      if (predictions === undefined) return undefined;
      answered += 1;
      classes.forEach((name, index) => {
        const found = scoreOf(predictions, name);
        if (found === undefined) missing[index] = (missing[index] ?? 0) + 1;
        sums[index] = (sums[index] ?? 0) + (found ?? boundOf(predictions));
      });
    }
    return outcomes.length === 0 ? undefined : sums.map((sum) => sum / outcomes.length);
  }

  return { ask, calls: () => calls, missingShares: () => missing.map((count) => count / answered) };
}

/**
 * The score of a class; undefined when the answer does not name it.
 *
 * @throws ExplanationError when it is named twice: neither score is the class's, and their order changes with the input.
 */
function scoreOf(predictions: readonly ClassPrediction[], name: string): number | undefined {
  const [found, second] = predictions.filter(({ class: other }) => other === name);
  if (second === undefined) return found?.score;
  throw new ExplanationError(
    `The model's answer names the class ${JSON.stringify(name)} more than once, so its scores cannot be told apart: give each class a name of its own.`,
  );
}

/** Upper bound for the score of a class that the model did not return: the lowest score returned, and what the returned ones leave of 1. */
function boundOf(predictions: readonly ClassPrediction[]): number {
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const { score } of predictions) {
    least = Math.min(least, score);
    sum += score;
  }
  const areShares = least >= 0 && sum <= 1 + 1e-6;
  return areShares ? Math.max(0, Math.min(least, 1 - sum)) : least;
}
