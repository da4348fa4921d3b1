import type { Database } from "../database/transaction.js";
import { recordOutcomes, type ChunkClaim, type InputOutcome } from "../results/record-outcomes.js";

/** Records outcomes while the model goes on: what comes during one statement is recorded together by the next. */
export interface Recorder {
  readonly add: (outcomes: InputOutcome[]) => void;
  /**
   * Waits until all is recorded.
   *
   * @throws the database's error when something could not be; the chunk is then run again.
   */
  drain(): Promise<void>;
}

/** @param onLost called once when the chunk has another holder, its job has ended, or nothing can be recorded. */
export function createRecorder(
  database: Database,
  claim: ChunkClaim,
  onLost: (jobHasEnded: boolean) => void,
): Recorder {
  let waiting: InputOutcome[] = [];
  let recording: Promise<void> | undefined;
  let failure: unknown;
  let isLost = false;
  let jobHasEnded = false;

  const recordAll = async () => {
    try {
      while (waiting.length > 0 && !isLost) {
        const outcomes = waiting;
        waiting = [];
        const recorded = await recordOutcomes(database, claim, outcomes);
        jobHasEnded = recorded.jobHasEnded;
        isLost = !recorded.isHeld || jobHasEnded;
      }
    } catch (error) {
      failure = error;
      isLost = true;
    }
    // Right here, before anything else runs: what is added from now on starts anew.
    recording = undefined;
    if (isLost) onLost(jobHasEnded);
  };

  return {
    add(outcomes) {
      waiting.push(...outcomes);
      if (waiting.length > 0 && !isLost) recording ??= recordAll();
    },
    async drain() {
      while (recording !== undefined) await recording;
      if (failure !== undefined) throw failure;
    },
  };
}
