/**
 * Runs of a mask in column-major (Fortran) order, as the Modzy format has them: the first run counts zeros, even when there are none, and
 * the last run is part of it.
 *
 * @param mask row by row, 1 where it covers.
 */
export function encodeMask(mask: Uint8Array, width: number, height: number): number[] {
  const runs: number[] = [];
  let current = 0;
  let length = 0;
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      const value = mask[y * width + x] === 1 ? 1 : 0;
      if (value !== current) {
        runs.push(length);
        current = value;
        length = 0;
      }
      length += 1;
    }
  }
  runs.push(length);
  return runs;
}
