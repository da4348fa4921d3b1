/** How many times as fast as its peers Millrace is, or with how much less CPU, by name: above 1, Millrace is better. */
export type Ratios = Readonly<Record<string, number>>;

/** One ratio beside the recorded one. */
export interface RatioComparison {
  readonly name: string;
  /** Undefined: a benchmark measures it, but `--record` did not write it down yet. */
  readonly recorded: number | undefined;
  /** Undefined: not measured here, as its peer is missing. */
  readonly measured: number | undefined;
  readonly isBroken: boolean;
}

/** A ratio that is worse than the recorded one by more than this factor has broken. Below it is noise, and not for a check to judge. */
export const brokenFactor = 2;

/** Every ratio that was recorded or measured, by name. */
export function compareRatios(recorded: Ratios, measured: Ratios): RatioComparison[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(measured)])];
  return names.map((name) => {
    const [before, now] = [recorded[name], measured[name]];
    const isBroken = before !== undefined && now !== undefined && !(now * brokenFactor >= before);
    return { name, recorded: before, measured: now, isBroken };
  });
}

/** Of ratios that were measured twice, the better ones: a machine that was busy in one of the runs broke nothing. */
export function betterRatios(first: Ratios, second: Ratios): Ratios {
  const better = new Map(Object.entries(first));
  for (const [name, ratio] of Object.entries(second)) {
    const before = better.get(name);
    if (before === undefined || Number.isNaN(before) || ratio > before) better.set(name, ratio);
  }
  return Object.fromEntries(better);
}
