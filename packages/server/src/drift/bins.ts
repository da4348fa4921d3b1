/**
 * The bin of a number by the lower end of its half octave, so that no scale has to be known before: bins that grow with the number, as in
 * Masson, Rim and Lee, "DDSketch" (VLDB 2019), section 2, with a ratio of the square root of 2.
 *
 * @example
 * toBin(5)   // "4": from 4 to 5.657
 * toBin(-5)  // "-5.657": from there to -4
 */
export function toBin(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const halfOctaves = Math.log2(Math.abs(value)) * 2;
  // The lower end of what is below 0 is the one further away from it. Logarithms of powers of 2 are not always whole.
  const exponent = value < 0 ? Math.ceil(halfOctaves - 1e-9) : Math.floor(halfOctaves + 1e-9);
  return String(Math.sign(value) * Number((2 ** (exponent / 2)).toPrecision(4)));
}

/**
 * The bin of a number of a known scale, by its lower end.
 *
 * @param width of all bins.
 */
export function toEvenBin(value: number, width: number): string {
  return String(Number((Math.floor(value / width + 1e-9) * width).toPrecision(4)));
}

/** That an input, or the answer to it, fell into one bin of a feature. */
export interface BinnedMeasure {
  readonly feature: string;
  readonly bin: string;
}
