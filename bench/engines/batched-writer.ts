/**
 * Writes rows in batches: what comes while a batch is written is the next one, so that a single row waits for nobody and
 * many share a transaction. Each call resolves when its row is written.
 */
export function createBatchedWriter<Row>(
  write: (rows: readonly Row[]) => Promise<unknown>,
): (row: Row) => Promise<void> {
  let waiting: Row[] = [];
  let next: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const writeNext = async () => {
    await last.catch(() => undefined);
    const rows = waiting;
    waiting = [];
    next = undefined;
    last = write(rows);
    await last;
  };
  return (row) => {
    waiting.push(row);
    return (next ??= writeNext());
  };
}
