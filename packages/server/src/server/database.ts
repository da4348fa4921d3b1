import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
import pRetry from "p-retry";
import type { Pool } from "pg";
import type { Configuration } from "../configuration/configuration.js";
import { environmentSecrets } from "../configuration/secrets.js";
import { createPool } from "../database/pool.js";
import { settleSslMode } from "../database/settle-ssl-mode.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { passwordsOf, rememberOwnSecret } from "../errors/secret-values.js";
import type { Log } from "../telemetry/log.js";
import type { OnClose } from "./on-close.js";

/** Where the database is, and a way to connect to it. */
export interface Database {
  readonly connectionString: string;
  readonly isEmbedded: boolean;
  /** Connects when it is used. */
  readonly openPool: (maximumConnections: number, applicationName: string) => Pool;
}

export interface DatabaseOptions {
  readonly log: Log;
  readonly onClose: OnClose;
  /** Gives up starting it. */
  readonly signal: AbortSignal | undefined;
  /** Called when there is nothing to do but to wait for it. */
  readonly onLaunch: () => void;
}

/** Finds the database, or starts the embedded one. From now on no message shows the passwords of this process. */
export async function openDatabase(configuration: Configuration, options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, proxies, statementLimitMs, modelPolicy } = configuration;
  const { onClose, onLaunch } = options;
  const isEmbedded = databaseUrl === undefined;
  if (isEmbedded && !configuration.roles.api)
    throw new ConfigurationError(
      "DATABASE_URL is not set: a worker needs the database of its API, for example postgresql://user:password@host/millrace. `millrace serve` is an API, a worker and a database in one.",
    );
  if (!isEmbedded) onLaunch();
  const connectionString = isEmbedded
    ? await startDatabase(configuration, options)
    : await prepareDatabase(false, () => settleSslMode(databaseUrl));
  const urls = [connectionString, proxies.http, proxies.https];
  const keys = (modelPolicy.serverKeys ?? []).map(({ key }) => key);
  for (const secret of [...urls.flatMap(passwordsOf), ...environmentSecrets(), ...keys]) rememberOwnSecret(secret);
  return {
    connectionString,
    isEmbedded,
    openPool: (maximumConnections, applicationName) => {
      const pool = createPool(connectionString, { maximumConnections, applicationName, statementLimitMs });
      onClose("connections to the database", () => pool.end());
      return pool;
    },
  };
}

async function startDatabase(
  { dataDirectory }: Configuration,
  { log, onClose, signal, onLaunch }: DatabaseOptions,
): Promise<string> {
  const embedded = await startEmbeddedPostgres({
    dataDirectory,
    log: (line) => log.debug({ postgres: line }),
    onLaunch,
    ...(signal === undefined ? {} : { signal }),
  });
  onClose("the database", () => embedded.stop());
  return embedded.connectionString;
}

/**
 * Does what a start does with the database, and again while that is starting or stopping.
 *
 * @throws ConfigurationError with one sentence when a database that is not embedded cannot be used.
 */
export async function prepareDatabase<Result>(isEmbedded: boolean, prepare: () => Promise<Result>): Promise<Result> {
  try {
    return await pRetry(prepare, {
      retries: 12,
      minTimeout: 250,
      maxTimeout: 5_000,
      shouldRetry: ({ error }) => isRestarting(error),
    });
  } catch (error) {
    if (isEmbedded || error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(
      `The database of DATABASE_URL cannot be used: ${(error as Error).message || (error as { code?: string }).code}.`,
      { cause: error },
    );
  }
}

/** Whether a database is there but just starts or stops, so that waiting for it helps. */
function isRestarting({ code, message }: Error & { code?: string }): boolean {
  return ["57P01", "57P02", "57P03", "ECONNRESET"].includes(code ?? "") || message.startsWith("Connection terminated");
}
