import { parseArgs } from "node:util";

export interface ModelsOptions {
  /** In each, every side is started anew and runs twice. */
  readonly rounds: number;
  readonly photographs: number;
  readonly texts: number;
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
  python: "python3",
  keep: undefined,
  write: false,
  profileDirectory: undefined,
};

/** @throws if an option is unknown, or a number is not one. */
export function parseModelsOptions(parameters: readonly string[]): ModelsOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rounds: { type: "string" },
      photographs: { type: "string" },
      texts: { type: "string" },
      python: { type: "string" },
      keep: { type: "string" },
      write: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  return {
    rounds: countOf("rounds", values.rounds, defaultOptions.rounds),
    photographs: countOf("photographs", values.photographs, defaultOptions.photographs),
    texts: countOf("texts", values.texts, defaultOptions.texts),
    python: values.python ?? defaultOptions.python,
    keep: values.keep,
    write: values.write,
    profileDirectory: values.profile,
  };
}

function countOf(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new Error(`--${name} is ${value}: expected a whole number of at least 0.`);
  return count;
}
