import { parseArgs } from "node:util";
import { noOp } from "../end-to-end/workload.js";

export interface EnginesOptions {
  /** Measured runs of every side; one more warms up. */
  readonly rounds: number;
  /** Inputs of the job that all sides run. */
  readonly inputs: number;
  /** Submissions of one text, over all rounds. */
  readonly submissions: number;
  /** Inputs of the job that others are queued behind. */
  readonly largeJobInputs: number;
  /** Jobs of 10 inputs that are submitted at once; at most 100 of them one after another. */
  readonly smallJobs: number;
  /** Whether docs/benchmarks.md gets the tables. */
  readonly write: boolean;
  /** Where a CPU profile of Millrace's server goes, for Chrome's developer tools. */
  readonly profileDirectory: string | undefined;
}

export const defaultOptions: EnginesOptions = {
  rounds: 5,
  inputs: noOp.inputCount,
  submissions: 200,
  largeJobInputs: 100_000,
  smallJobs: 2_000,
  write: false,
  profileDirectory: undefined,
};

/** @throws if an option is unknown, or a number is not one. */
export function parseEnginesOptions(parameters: readonly string[]): EnginesOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rounds: { type: "string" },
      inputs: { type: "string" },
      submissions: { type: "string" },
      "large-job": { type: "string" },
      "small-jobs": { type: "string" },
      write: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  return {
    rounds: countOf("rounds", values.rounds, defaultOptions.rounds),
    inputs: countOf("inputs", values.inputs, defaultOptions.inputs),
    submissions: countOf("submissions", values.submissions, defaultOptions.submissions),
    largeJobInputs: countOf("large-job", values["large-job"], defaultOptions.largeJobInputs),
    smallJobs: countOf("small-jobs", values["small-jobs"], defaultOptions.smallJobs),
    write: values.write,
    profileDirectory: values.profile,
  };
}

function countOf(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`--${name} is ${value}: expected a whole number of at least 1.`);
  return count;
}
