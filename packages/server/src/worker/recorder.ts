import type { Database } from "../database/transaction.js";
import { recordOutcomes, type ChunkClaim, type InputOutcome } from "../results/record-outcomes.js";

/** Records outcomes while the model goes on: what comes during one statement is recorded together by the next. */
export interface Recorder {
  add(outcomes: InputOutcome[]): void;
  /**
   * Waits until all is recorded.
   *
   * @throws the database's error when something could not be; the chunk is then run again.
   */
  drain(): Promise<void>;
}

/** @param onLost called once when the chunk has another holder or its job has ended. */
export function createRecorder(database: Database, claim: ChunkClaim, onLost: () => void): Recorder {
  let waiting: InputOutcome[] = [];
  let recording: Promise<void> | undefined;
  let failure: unknown;
  let isLost = false;

  const recordAll = async () => {
    while (waiting.length > 0 && !isLost) {
      const outcomes = waiting;
      waiting = [];
      const { isHeld } = await recordOutcomes(database, claim, outcomes);
      if (isHeld) continue;
      isLost = true;
      onLost();
    }
  };

  return {
    add(outcomes) {
      waiting.push(...outcomes);
      recording ??= recordAll()
        .catch((error: unknown) => {
          failure = error;
          isLost = true;
          onLost();
        })
        .finally(() => {
          recording = undefined;
        });
    },
    async drain() {
      while (recording !== undefined) await recording;
      if (failure !== undefined) throw failure;
    },
  };
}
