import pg from "pg";
import { DatabaseFault } from "./database-fault.js";
import type { Hold } from "./guard-messages.js";

/** Rows that came together; a NULL is null, anything else is text. */
export interface RowPage {
  readonly columns: readonly pg.FieldDef[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A statement; `queryMode: "extended"` takes one only. */
export type Statement = pg.QueryConfig & { readonly queryMode?: "extended" };

// Backpressure starts when this many bytes of rows are waiting.
const pageBytes = 2 ** 20;

/**
 * Runs a statement and returns its rows as they arrive, with backpressure while some are processed, so that memory holds one
 * page and one row, however many there are.
 *
 * @param maximumWaitMs for the next row, or the end.
 * @throws DatabaseFault; the error of the server or of the connection.
 */
export async function* readRows(
  client: pg.Client,
  hold: Hold,
  statement: Statement,
  maximumWaitMs: number,
): AsyncGenerator<RowPage> {
  let rows: (string | null)[][] = [];
  let columns: readonly pg.FieldDef[] = [];
  let heldBytes = 0;
  let isEnded = false;
  let failure: Error | undefined;
  let wake = () => {};
  // Without a callback pg keeps no rows.
  const query = new pg.Query<(string | null)[]>({ ...statement, rowMode: "array" } as pg.QueryConfig);
  query.on("row", (row, result) => {
    columns = result?.fields ?? [];
    rows.push(row);
    heldBytes += sizeOf(row, columns);
    if (heldBytes >= pageBytes) hold.pause();
    wake();
  });
  query.on("end", () => {
    isEnded = true;
    wake();
  });
  query.on("error", (error) => {
    failure = error;
    wake();
  });
  client.query(query);
  for (;;) {
    if (rows.length === 0 && !isEnded && failure === undefined) {
      const timer = setTimeout(() => {
        const message = `it sent nothing of what was asked for within ${maximumWaitMs / 1_000} s`;
        hold.end(new DatabaseFault("input.too_slow", message));
      }, maximumWaitMs);
      await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(timer);
    }
    if (failure !== undefined) throw failure;
    if (rows.length === 0) return;
    const page = rows;
    rows = [];
    heldBytes = 0;
    yield { columns, rows: page };
    hold.resume();
  }
}

/** With the names of its columns, which each row repeats as an input. */
function sizeOf(row: readonly (string | null)[], columns: readonly pg.FieldDef[]): number {
  return row.reduce(
    (sum, cell, index) => sum + (cell === null ? 0 : cell.length + (columns[index]?.name.length ?? 0)),
    16,
  );
}
