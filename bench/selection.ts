/** What `npm run bench -- [--check | --record] [--only NAME [options]]` asks for. */
export interface Selection {
  /** Print tables, compare the ratios with the recorded ones, or record them. */
  readonly doing: "run" | "check" | "record";
  /** One benchmark; undefined: all. */
  readonly only: string | undefined;
  /** The options of that one. */
  readonly parameters: string[];
}

/** @throws naming the benchmarks if another one is asked for, or an option without naming its benchmark. */
export function readSelection(given: readonly string[], names: readonly string[]): Selection {
  const doing = given[0] === "--check" ? "check" : given[0] === "--record" ? "record" : "run";
  const [first, only, ...parameters] = doing === "run" ? given : given.slice(1);
  if (first === undefined) return { doing, only: undefined, parameters: [] };
  const isUnderstood = doing === "run" || parameters.length === 0;
  if (first === "--only" && only !== undefined && names.includes(only) && isUnderstood)
    return { doing, only, parameters };
  throw new Error(
    `Found ${given.join(" ")}, expected --only and one of ${names.join(", ")}, then its options; or --check or --record, and no options.`,
  );
}
