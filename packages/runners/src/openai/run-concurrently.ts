/**
 * Does the same with each value, at most `limit` of them at once and the first ones first.
 *
 * @returns one result for each, in the order of the values; rejects with the first error.
 */
export async function runConcurrently<Value, Result>(
  values: readonly Value[],
  limit: number,
  work: (value: Value) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = values.entries();
  const workers = Array.from({ length: Math.min(limit, values.length) }, async () => {
    for (const [index, value] of waiting) results[index] = await work(value);
  });
  await Promise.all(workers);
  return results;
}
