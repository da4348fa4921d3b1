/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** One run of one side. */
export interface Measured {
  readonly seconds: number;
  /** CPU microseconds per input; undefined where they cannot be read. */
  readonly cpu: { readonly server: number; readonly store: number; readonly engine: number } | undefined;
  /** CPU microseconds per input of the program that submits, where it is not the side's own. */
  readonly clientCpu: number;
}

/** A side over all rounds: medians. */
export interface ComparedSide {
  readonly side: string;
  readonly seconds: number;
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
  readonly inputsPerSecond: number;
  /** Millrace's inputs per second divided by this side's: above 1, Millrace is faster. */
  readonly millraceRatio: number;
  readonly cpu: Measured["cpu"];
  readonly clientCpu: number;
}

/** Compares every side with the first one, which is Millrace. */
export function compareSides(rounds: ReadonlyMap<string, readonly Measured[]>, inputCount: number): ComparedSide[] {
  const secondsOf = (side: readonly Measured[]) => side.map(({ seconds }) => seconds);
  const [millrace = []] = rounds.values();
  const millraceSeconds = median(secondsOf(millrace));
  return [...rounds].map(([side, measured]) => {
    const seconds = secondsOf(measured);
    const cpus = measured.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
    const cpuOf = (process: "server" | "store" | "engine") => median(cpus.map((cpu) => cpu[process]));
    return {
      side,
      seconds: median(seconds),
      shortestSeconds: Math.min(...seconds),
      longestSeconds: Math.max(...seconds),
      inputsPerSecond: inputCount / median(seconds),
      millraceRatio: median(seconds) / millraceSeconds,
      cpu: cpus.length === 0 ? undefined : { server: cpuOf("server"), store: cpuOf("store"), engine: cpuOf("engine") },
      clientCpu: median(measured.map(({ clientCpu }) => clientCpu)),
    };
  });
}
