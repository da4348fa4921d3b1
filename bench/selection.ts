/** What `npm run bench -- [--only NAME [options]]` asks for. */
export interface Selection {
  /** One benchmark; undefined: all. */
  readonly only: string | undefined;
  /** The options of that one. */
  readonly parameters: string[];
}

/** @throws naming the benchmarks if another one is asked for, or an option without naming its benchmark. */
export function readSelection(given: readonly string[], names: readonly string[]): Selection {
  const [first, only, ...parameters] = given;
  if (first === undefined) return { only: undefined, parameters: [] };
  if (first === "--only" && only !== undefined && names.includes(only)) return { only, parameters };
  throw new Error(`Found ${given.join(" ")}, expected --only and one of ${names.join(", ")}, then its options.`);
}
