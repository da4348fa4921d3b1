/**
 * The bin of a number, named by the lower end of its half octave, so no scale has to be known in advance. Bins grow with the
 * number, as in Masson, Rim and Lee, "DDSketch" (VLDB 2019), section 2, with a ratio of the square root of 2.
 *
 * @example
 * toBin(5)   // "4": from 4 to 5.657
 * toBin(-5)  // "-5.657": from there to -4
 */
export function toBin(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const halfOctaves = Math.log2(Math.abs(value)) * 2;
  // For negative numbers, the lower end is the one further from 0. Logarithms of powers of 2 are not always integers.
  const exponent = value < 0 ? Math.ceil(halfOctaves - 1e-9) : Math.floor(halfOctaves + 1e-9);
  return String(Math.sign(value) * Number((2 ** (exponent / 2)).toPrecision(4)));
}

/**
 * The bin of a number on a known scale, named by its lower end.
 *
 * @param width the width of every bin.
 */
export function toEvenBin(value: number, width: number): string {
  return String(Number((Math.floor(value / width + 1e-9) * width).toPrecision(4)));
}

/** Records that an input, or its prediction, fell into one bin of a feature. */
export interface BinnedMeasure {
  readonly feature: string;
  readonly bin: string;
}
