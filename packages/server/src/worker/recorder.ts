import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../database/transaction.js";
import { recordOutcomes, type ChunkClaim, type InputOutcome } from "../results/record-outcomes.js";

// Outcomes of a slow model within this time share one statement: a statement costs more than its rows.
const gatherMs = 50;

/** Records outcomes in small batches while the model keeps running. */
export interface Recorder {
  readonly add: (outcomes: InputOutcome[]) => void;
  /**
   * Waits until all is recorded.
   *
   * @throws the database's error when something could not be; the chunk is then run again.
   */
  drain(): Promise<void>;
}

/**
 * @param onRecorded called after every statement.
 * @param onLost called once when the chunk has another holder, its job has ended, or nothing can be recorded.
 */
export function createRecorder(
  database: Database,
  claim: ChunkClaim,
  onRecorded: () => void,
  onLost: (jobHasEnded: boolean) => void,
): Recorder {
  let waiting: InputOutcome[] = [];
  let recording: Promise<void> | undefined;
  let failure: unknown;
  let isLost = false;
  let jobHasEnded = false;
  const draining = new AbortController();

  const recordAll = async () => {
    try {
      while (waiting.length > 0 && !isLost) {
        await delay(gatherMs, undefined, { signal: draining.signal }).catch(() => undefined);
        const outcomes = waiting;
        waiting = [];
        const recorded = await recordOutcomes(database, claim, outcomes);
        onRecorded();
        jobHasEnded = recorded.jobHasEnded;
        isLost = !recorded.isHeld || jobHasEnded;
      }
    } catch (error) {
      failure = error;
      isLost = true;
    }
    // Synchronously, before anything else runs: later additions belong to the next batch.
    recording = undefined;
    if (isLost) onLost(jobHasEnded);
  };

  return {
    add(outcomes) {
      waiting.push(...outcomes);
      if (waiting.length > 0 && !isLost) recording ??= recordAll();
    },
    async drain() {
      draining.abort();
      while (recording !== undefined) await recording;
      if (failure !== undefined) throw failure;
    },
  };
}
