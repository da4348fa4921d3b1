import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError, findRunningPostgres } from "@millrace/embedded-postgres";
import { createOwnerKey } from "../accounts/first-key.js";
import { splitApiKey } from "../accounts/authenticate.js";
import { insertEntries } from "../audit/new-entry.js";
import { readConfiguration, type Configuration } from "../configuration/configuration.js";
import { createPool } from "../database/pool.js";
import { inTransaction } from "../database/transaction.js";
import { closeInTime, type Closer } from "../lifecycle/close-in-time.js";
import { createLog, type Log } from "../telemetry/log.js";
import { openDatabase, prepareDatabase } from "./database.js";
import type { OnClose } from "./on-close.js";
import { makeDataDirectory } from "./storage.js";

export interface LocalKeyOptions {
  /** What the key is for. */
  readonly name: string;
  readonly dataDirectory?: string | undefined;
}

// A server that starts holds the data directory before its database answers.
const startLimitMs = 60_000;
const lookIntervalMs = 250;
const closeLimitMs = 10_000;

/**
 * Creates an API key with full access without asking a server: whoever may read the data directory, or has DATABASE_URL, owns
 * the installation. Works while a server runs, and starts the embedded PostgreSQL for a moment while none does.
 *
 * @returns the key, to be shown once.
 * @throws ConfigurationError and EmbeddedPostgresError with one sentence that says what to change.
 */
export async function createLocalKey({ name, dataDirectory }: LocalKeyOptions): Promise<string> {
  const configuration = readConfiguration({ dataDirectory });
  const log = createLog("silent");
  const closers: Closer[] = [];
  try {
    await makeDataDirectory(configuration);
    const connectionString = await findDatabase(configuration, log, (part, close) =>
      closers.push({ name: part, close }),
    );
    const pool = createPool(connectionString, { maximumConnections: 1, applicationName: "millrace-local-key" });
    closers.push({ name: "connections to the database", close: () => pool.end() });
    return await prepareDatabase(configuration.databaseUrl === undefined, async () => {
      // Not always: a running server may be of an earlier version.
      const { rows } = await pool.query<{ keys: string | null }>("SELECT to_regclass('millrace.api_keys') AS keys");
      if (rows[0]?.keys === null) {
        // Loads the queue, which a start that needs no new key does without until its database runs.
        const { migrate } = await import("../database/migrate.js");
        await migrate(connectionString);
      }
      return inTransaction(pool, async (transaction) => {
        const key = await createOwnerKey(transaction, name);
        const { prefix: accessKey = "" } = splitApiKey(key) ?? {};
        await insertEntries(transaction, [{ ...localAction, target: { accessKey }, requestId: randomUUID() }]);
        return key;
      });
    });
  } finally {
    await closeInTime(closers, closeLimitMs, log);
  }
}

const localAction = {
  accountIdentifier: null,
  userIdentifier: null,
  accessKey: null,
  action: "millrace keys create --local",
  address: null,
  statusCode: 200,
  code: null,
  count: 1,
};

/** The database of DATABASE_URL, that of a running server, or an embedded one that is started. */
async function findDatabase(configuration: Configuration, log: Log, onClose: OnClose): Promise<string> {
  const until = performance.now() + startLimitMs;
  for (;;) {
    try {
      return (await openDatabase(configuration, { log, onClose, signal: undefined, onLaunch: () => undefined }))
        .connectionString;
    } catch (error) {
      if (!(error instanceof EmbeddedPostgresError && error.code === "in_use")) throw error;
      const running = await findRunningPostgres(configuration.dataDirectory);
      if (running !== undefined) return running;
      if (performance.now() > until) throw error;
      await delay(lookIntervalMs);
    }
  }
}
