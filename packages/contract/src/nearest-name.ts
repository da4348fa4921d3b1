// Longer names are no slips of the pen, and comparing them takes long.
const maximumNameLength = 100;

/**
 * The known name that was probably meant: the one that differs in the fewest letters, if those are few. Upper and lower case count as
 * the same. Undefined if none is near.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > maximumNameLength) return undefined;
  const distances = known.map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one] as const);
  const [best] = distances.sort(([a], [b]) => a - b);
  return best !== undefined && best[0] <= Math.max(1, Math.floor(name.length / 2)) ? best[1] : undefined;
}

/** Levenshtein's: how many letters have to be put in, taken away or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 0; i < one.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + (one[i] === other[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
