import type { Workload } from "./workload.js";

/** What a run gave: the number of the best class of each input, in their order. */
export interface Run {
  readonly seconds: number;
  readonly classes: readonly number[];
}

/** A side of the comparison, started anew for every round. */
export interface Side {
  readonly name: string;
  /** Starts it, so that what is timed is what its user waits for. */
  start(): Promise<StartedSide>;
}

export interface StartedSide {
  /** Of its first process. */
  readonly pid: number;
  /** From the first input's submission to all results in memory. */
  run(workload: Workload): Promise<Run>;
  close(): Promise<void>;
}
