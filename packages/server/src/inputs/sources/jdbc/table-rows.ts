import { setTimeout as delay } from "node:timers/promises";
import { byName, type InputFailureCode } from "@millrace/contract";
import pg from "pg";
import { type ListedInput, ListingError } from "../../listed-input.js";
import { onAbort } from "../../../lifecycle/on-abort.js";
import { DatabaseFault } from "./database-fault.js";
import { guardMessages, type Hold } from "./guard-messages.js";
import { readRows, type RowPage, type Statement } from "./read-rows.js";
import { AddressNotAllowedError } from "../../../outbound/address-not-allowed.js";
import { createGuardedSocket } from "../../../outbound/guarded-socket.js";
import type { Outbound } from "../../../outbound/outbound.js";
import { connectWithMode, type Ssl } from "../../../database/ssl-mode.js";
import { parseJdbcUrl, type JdbcUrl } from "./jdbc-url.js";

/** A PostgreSQL database and the query whose rows are inputs. */
export interface DatabaseAccess {
  /** A JDBC URL. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly query: string;
}

/** One value of a row as its input keeps it: text, or bytes of a `bytea`. */
export type TableCell = string | { readonly base64: string };

/** The bytes passed to a model. */
export function decodeCell(cell: TableCell): Uint8Array {
  return typeof cell === "string" ? Buffer.from(cell, "utf8") : Buffer.from(cell.base64, "base64");
}

const rowsPerFetch = 1_000;

/** How long a server is waited for. */
export interface Patience {
  /** Until the user has signed in. */
  readonly connectTimeoutMs: number;
  /** For the end of a statement that returns no rows. */
  readonly shortTimeoutMs: number;
  /** For the next row. */
  readonly rowTimeoutMs: number;
}

const defaultPatience: Patience = { connectTimeoutMs: 10_000, shortTimeoutMs: 30_000, rowTimeoutMs: 5 * 60_000 };

const byteaType = 17;
const sqlState = /^[0-9A-Z]{5}$/;

/**
 * The rows of a query as inputs, some at a time: a cursor keeps the others in the database. Columns that are NULL are null, and
 * no data items. The server is trusted with neither memory nor time: see read-rows.ts and server-messages.ts.
 *
 * @param outbound which addresses may be connected to.
 * @throws ListingError with a sentence when the database cannot be reached or refuses, or is Millrace's own; it never holds the
 *   password.
 */
export async function* listRows(
  access: DatabaseAccess,
  outbound: Outbound,
  signal: AbortSignal,
  patience = defaultPatience,
): AsyncGenerator<ListedInput[]> {
  const place = parseJdbcUrl(access.url);
  if (access.username === "")
    throw new ListingError("jdbc.access_denied", `input.username is empty: expected a user of ${place.name}.`);
  signal.throwIfAborted();
  const times = {
    connectTimeoutMs: place.connectTimeoutMs ?? patience.connectTimeoutMs,
    rowTimeoutMs: Math.min(place.rowTimeoutMs ?? Infinity, patience.rowTimeoutMs),
    shortTimeoutMs: patience.shortTimeoutMs,
  };
  const { rowTimeoutMs, shortTimeoutMs } = times;
  let session: Session | undefined;
  try {
    session = await connectWithMode(place.sslMode, (ssl) => connect(place, access, { ssl, outbound, signal, times }));
    const { client, hold } = session;
    const run = (statement: Statement) => readRows(client, hold, statement, shortTimeoutMs);
    for await (const _page of run({ text: "BEGIN READ ONLY" }));
    await refuseMillrace(run, place.name);
    // After it, as a search path may hide the tables that it looks for.
    for (const { name, value } of place.settings)
      for await (const _page of run({ text: "SELECT pg_catalog.set_config($1, $2, true)", values: [name, value] }));
    const text = `DECLARE inputs NO SCROLL CURSOR FOR ${access.query.trim().replace(/;$/, "")}`;
    // "extended" takes one statement only.
    for await (const _page of run({ text, queryMode: "extended" }));
    let count = 0;
    for (;;) {
      const before = count;
      const statement = { text: `FETCH ${rowsPerFetch} FROM inputs` };
      // A little longer than the server has: one that is gone does not stop its own statements.
      for await (const page of readRows(client, hold, statement, rowTimeoutMs + shortTimeoutMs))
        yield page.rows.map((row) => ({ name: `row-${++count}`, dataItems: toDataItems(row, page.columns) }));
      if (count === before) break;
    }
    if (count === 0)
      throw new ListingError("jdbc.no_rows", `The query returned no rows from ${place.name}: check the query.`);
    await endPolitely(client);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ListingError) throw error;
    if (error instanceof AddressNotAllowedError) throw new ListingError(error.failureCode, error.message);
    const cause = (error as Error).message.slice(0, maximumCauseCharacters).replace(/\.$/, "");
    throw new ListingError(
      failureCodeOf(error),
      `The rows could not be read from the database ${place.name} (${cause}): check url, username, password and query; double-quote column names that contain a dot or capitals.`,
      { cause: error },
    );
  } finally {
    session?.end();
  }
}

/** A connection whose user has signed in. */
interface Session {
  readonly client: pg.Client;
  readonly hold: Hold;
  /** Closes it at once. */
  end(): void;
}

interface ConnectOptions {
  readonly ssl: Ssl;
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
  readonly times: Patience;
}

async function connect(
  { host, port, database, applicationName }: JdbcUrl,
  { username, password }: DatabaseAccess,
  { ssl, outbound, signal, times }: ConnectOptions,
): Promise<Session> {
  // pg fills missing or empty options from PGUSER, PGPASSWORD, PGOPTIONS and so on: the server's own, sent to a caller's host.
  const client = new pg.Client({
    host,
    port,
    database,
    ssl,
    user: username,
    password: () => password,
    options: " ",
    client_encoding: "UTF8",
    connectionTimeoutMillis: times.connectTimeoutMs,
    // Of each part of the query, not of all its rows.
    statement_timeout: times.rowTimeoutMs,
    keepAlive: true,
    sslnegotiation: "postgres",
    stream: () => createGuardedSocket(outbound.resolve),
    application_name: applicationName,
    types: { getTypeParser: () => (text: string) => text },
  });
  const hold = guardMessages(client);
  // A connection that breaks is noticed by the query that waits for it.
  client.on("error", () => {});
  const stopListening = onAbort(signal, (reason) => hold.end(reason as Error));
  const end = () => {
    stopListening();
    hold.end();
  };
  try {
    signal.throwIfAborted();
    await client.connect();
  } catch (error) {
    end();
    throw error;
  }
  return { client, hold, end };
}

// Some errors of PostgreSQL repeat the whole query.
const maximumCauseCharacters = 1_000;
const farewellMs = 1_000;

/** Tells the server that nothing more comes; one that does not hang up is not waited for. */
async function endPolitely(client: pg.Client): Promise<void> {
  const timer = new AbortController();
  await Promise.race([client.end().catch(() => undefined), delay(farewellMs, undefined, { signal: timer.signal })]);
  timer.abort();
}

/**
 * Refuses a database that Millrace keeps its own tables in. Its address is refused before, but a proxy, a tunnel or another
 * network may lead to it under any address. In the transaction of the query, as a pooler may change servers between two.
 */
async function refuseMillrace(run: (statement: Statement) => AsyncIterable<RowPage>, name: string): Promise<void> {
  const text =
    "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname OPERATOR(pg_catalog.=) 'millrace' AND tablename OPERATOR(pg_catalog.=) 'migrations'";
  for await (const { rows } of run({ text }))
    if (rows.length > 0)
      throw new ListingError("input.address_not_allowed", `The database ${name} is not allowed: it is Millrace's own.`);
}

/** By the class of PostgreSQL's code (https://www.postgresql.org/docs/current/errcodes-appendix.html); without one the connection failed. */
function failureCodeOf(error: unknown): InputFailureCode {
  if (error instanceof DatabaseFault) return error.failureCode;
  const { code } = error as { code?: string };
  if (code === undefined || !sqlState.test(code) || code.startsWith("08") || code.startsWith("57P"))
    return "jdbc.unreachable";
  return code.startsWith("28") ? "jdbc.access_denied" : "jdbc.query_failed";
}

function toDataItems(row: RowPage["rows"][number], columns: RowPage["columns"]): Record<string, TableCell | null> {
  const items = byName<TableCell | null>();
  for (const [index, { name, dataTypeID }] of columns.entries()) {
    const value = row[index] ?? null;
    // PostgreSQL writes bytes as \x and hexadecimal digits.
    items[name] =
      value !== null && dataTypeID === byteaType
        ? { base64: Buffer.from(value.slice(2), "hex").toString("base64") }
        : value;
  }
  return items;
}
