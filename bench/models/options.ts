import { parseArgs } from "node:util";
import type { Workload } from "./workload.js";

export interface ModelsOptions {
  /** In each, every side is started anew and runs twice; 0 only reports what was kept. */
  readonly rounds: number;
  readonly photographs: number;
  readonly texts: number;
  /** What is run; undefined: both. */
  readonly only: Workload["kind"] | undefined;
  /** The Python with the script's packages. */
  readonly python: string;
  /** A file of earlier rounds, which count too, and to which these are added. */
  readonly keep: string | undefined;
  /** Whether docs/benchmarks.md gets the table and the plot. */
  readonly write: boolean;
  /** Where CPU profiles of Millrace's server go, for Chrome's developer tools. */
  readonly profileDirectory: string | undefined;
}

export const defaultOptions: ModelsOptions = {
  rounds: 5,
  photographs: 300,
  texts: 1_500,
  only: undefined,
  python: "python3",
  keep: undefined,
  write: false,
  profileDirectory: undefined,
};

/** @throws if an option is unknown, or a value is not one of its values. */
export function parseModelsOptions(parameters: readonly string[]): ModelsOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rounds: { type: "string" },
      photographs: { type: "string" },
      texts: { type: "string" },
      kind: { type: "string" },
      python: { type: "string" },
      keep: { type: "string" },
      write: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  return {
    rounds: values.rounds === "0" ? 0 : countOf("rounds", values.rounds, defaultOptions.rounds),
    photographs: countOf("photographs", values.photographs, defaultOptions.photographs),
    texts: countOf("texts", values.texts, defaultOptions.texts),
    only: kindOf(values.kind),
    python: values.python ?? defaultOptions.python,
    keep: values.keep,
    write: values.write,
    profileDirectory: values.profile,
  };
}

function kindOf(value: string | undefined): Workload["kind"] | undefined {
  if (value === undefined || value === "photographs" || value === "texts") return value;
  throw new Error(`--kind is ${value}: expected photographs or texts.`);
}

function countOf(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`--${name} is ${value}: expected a whole number of at least 1.`);
  return count;
}
