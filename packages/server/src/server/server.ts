import { readConfiguration, type Configuration, type ConfigurationOptions } from "../configuration/configuration.js";
import { allEnded } from "../lifecycle/all-ended.js";
import { closeInTime, type Closer } from "../lifecycle/close-in-time.js";
import { createLog, type Log } from "../telemetry/log.js";
import { openDatabase } from "./database.js";
import { checkIsolation, reportIsolation } from "./isolation.js";
import type { OnClose } from "./on-close.js";
import type * as Parts from "./parts.js";
import { makeDataDirectory } from "./storage.js";

export interface Server {
  /** Where the API is; undefined for a worker. */
  readonly url: string | undefined;
  /** Where probes are answered; undefined when they are not. */
  readonly probePort: number | undefined;
  readonly dataDirectory: string;
  /** The key that this start made, to be shown once; undefined when there was one already. */
  readonly newApiKey: string | undefined;
  /** Where that key was written, if anywhere. */
  readonly firstKeyFile: string | undefined;
  /**
   * Takes no more requests and chunks, hands back what is in flight, stops the embedded database. Safe to call twice.
   *
   * @throws CloseTimeoutError when something hangs for longer than the grace and `closeLimitMs`: end the process.
   */
  close(): Promise<void>;
}

export interface ServerOptions extends ConfigurationOptions {
  /** Gives up starting, leaving nothing behind. */
  readonly signal?: AbortSignal;
  /** How long a chunk runs before it yields to another job, in milliseconds; 5,000. */
  readonly turnMs?: number;
  /** What a stop may take besides the grace for running chunks, in milliseconds; 5,000. */
  readonly closeLimitMs?: number;
}

/**
 * Starts Millrace in this process: database, API and worker, as configured.
 *
 * @throws ConfigurationError and EmbeddedPostgresError with one sentence that says what to change; nothing keeps running then.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { closeLimitMs = 5_000 } = options;
  const configuration = readConfiguration(options);
  const log = createLog(configuration.logLevel);
  const closers: Closer[] = [];
  const closeAll = () => closeInTime(closers, configuration.stopGraceMs + closeLimitMs, log);
  try {
    const running = await start(configuration, log, options, (name, close) => closers.push({ name, close }));
    // Not before: a start that fails says one sentence and no more.
    await reportIsolation(log);
    let closing: Promise<void> | undefined;
    const { dataDirectory, firstKeyFile } = configuration;
    return { ...running, dataDirectory, firstKeyFile, close: () => (closing ??= closeAll()) };
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

/** Other processes start the database and test the sandbox while this one loads the rest of its code. */
async function start(
  configuration: Configuration,
  log: Log,
  options: ServerOptions,
  onClose: OnClose,
): Promise<Parts.RunningParts> {
  await makeDataDirectory(configuration);
  let loading: Promise<typeof Parts> | undefined;
  const load = () => (loading ??= import("./parts.js"));
  const [isolation, database] = await allEnded([
    checkIsolation(configuration),
    // Loading leaves this process no time for anything else, so it comes after the launch.
    openDatabase(configuration, { log, onClose, signal: options.signal, onLaunch: () => void load() }),
  ]);
  const { startParts } = await load();
  options.signal?.throwIfAborted();
  return startParts(configuration, { isolation, database, log, onClose, ...options });
}
