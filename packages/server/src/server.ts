import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { availableParallelism } from "node:os";
import type { Server as TlsServer } from "node:tls";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@millrace/embedded-postgres";
import { findIsolation, type Isolation } from "@millrace/runners";
import type { FastifyInstance } from "fastify";
import pRetry from "p-retry";
import { closeInTime, type Closer } from "./lifecycle/close-in-time.js";
import { ensureFirstKey } from "./accounts/first-key.js";
import {
  environmentSecrets,
  readConfiguration,
  type Configuration,
  type ConfigurationOptions,
} from "./configuration.js";
import { migrate } from "./database/migrate.js";
import { createAuditLog } from "./audit/audit-log.js";
import { createPool } from "./database/pool.js";
import { settleSslMode } from "./database/settle-ssl-mode.js";
import { ConfigurationError } from "./errors/configuration-error.js";
import { passwordsOf, rememberOwnSecret } from "./errors/secret-values.js";
import { createApp } from "./http/app.js";
import { followTls, readTls } from "./http/tls.js";
import { createProcessSampler, sampleIntervalMs } from "./metrics/process-metrics.js";
import { repeat } from "./lifecycle/repeat.js";
import { createAzureClient } from "./inputs/sources/azureblob/azure-client.js";
import { createS3Client } from "./inputs/s3/client.js";
import { createJobChanges } from "./jobs/job-changes.js";
import { createSubmit } from "./jobs/submit.js";
import { readCatalog, registerCatalog } from "./models/catalog.js";
import { createLoadManifest } from "./models/load-manifest.js";
import { createDeployedModels, removeDeletedVersions } from "./models/deployed-models.js";
import { createExplainers } from "./explanations/explainers.js";
import { createEnginePool } from "./engines/engine-pool.js";
import { hasFiles } from "./models/resolve-manifest.js";
import { createOutbound } from "./outbound/outbound.js";
import { unlockAllWorkers } from "./queue/unlock-dead-workers.js";
import { BlobStoreError, type BlobStore } from "./storage/blob-store.js";
import { openBlobStore } from "./storage/open-blob-store.js";
import { loadMasterKeys } from "./storage/master-keys.js";
import { createSecretBox } from "./storage/secret-box.js";
import { createRequestRates } from "./limits/request-rates.js";
import { createSlowSignIns } from "./limits/slow-sign-ins.js";
import { createLog, type Log } from "./telemetry/log.js";
import { startMaintenance } from "./maintenance/maintenance.js";
import { followIntervalMs } from "./maintenance/master-key-holders.js";
import { createMasterKeyRotation } from "./maintenance/master-key-rotation.js";
import { sealStoredUrls } from "./webhooks/sealed-webhook.js";
import { createByteBudget } from "./worker/byte-budget.js";
import { startWorker } from "./worker/worker.js";

export interface Server {
  /** Where the API is; undefined for a worker. */
  readonly url: string | undefined;
  readonly dataDirectory: string;
  /** The key that this start made, to be shown once; undefined when there was one already. */
  readonly newApiKey: string | undefined;
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

// Fetched inputs in memory that wait for a model, for the whole process.
const fetchedBytesLimit = 256 * 2 ** 20;
// Chunks that a worker runs at the same time; one version has at most half of them, more than it has engines, so that fetching overlaps with running.
const chunksAtOnce = Math.max(8, 4 * availableParallelism());
// How often the files of deleted versions are looked for on this machine's disk.
const tidyIntervalMs = 60_000;

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
    reportIsolation(await findIsolation(), log);
    let closing: Promise<void> | undefined;
    return { ...running, dataDirectory: configuration.dataDirectory, close: () => (closing ??= closeAll()) };
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

async function start(
  configuration: Configuration,
  log: Log,
  { signal, turnMs }: ServerOptions,
  onClose: (name: string, close: () => Promise<unknown>) => void,
): Promise<Pick<Server, "url" | "newApiKey">> {
  await makeDirectory(configuration.dataDirectory);
  const isolation = await checkIsolation(configuration);
  const { masterKeyHex, previousMasterKeysHex } = configuration;
  const masterKeys = await loadMasterKeys(configuration.dataDirectory, masterKeyHex, previousMasterKeysHex);
  const secrets = createSecretBox(masterKeys.ring);
  const catalog = await readCatalog(configuration.modelsDirectory, log);
  const postgres = await openDatabase(configuration, log, signal);
  if (postgres.embedded !== undefined) onClose("the database", () => postgres.embedded?.stop() ?? Promise.resolve());
  const { connectionString } = postgres;
  const { modelPolicy } = configuration;
  const { http, https } = configuration.proxies;
  const urls = [connectionString, http, https];
  for (const secret of [...urls.flatMap(passwordsOf), ...environmentSecrets()]) rememberOwnSecret(secret);
  const openPool = (maximumConnections: number, applicationName: string) => {
    const opened = createPool(connectionString, {
      maximumConnections,
      applicationName,
      statementLimitMs: configuration.statementLimitMs,
    });
    onClose("connections to the database", () => opened.end());
    return opened;
  };
  // Two pools, so that no crowd of clients keeps workers from recording what they did; each connects when it is used.
  const apiPool = openPool(configuration.apiConnections, "millrace-api");
  const pool = openPool(configuration.workerConnections, "millrace");
  const changes = createJobChanges({
    pool,
    listening: configuration.roles.api ? openPool(1, "millrace-listen") : undefined,
    log,
  });
  onClose("notifications", () => changes.close());
  signal?.throwIfAborted();
  const isEmbedded = postgres.embedded !== undefined;
  const processIdentifier = randomUUID();
  const masterKey = createMasterKeyRotation({ pool, masterKeys, secrets, process: processIdentifier, log });
  const newApiKey = await prepareDatabase(isEmbedded, async () => {
    await migrate(connectionString);
    // Nobody else reaches an embedded database: whatever is locked was locked by a process that is gone.
    if (isEmbedded) await unlockAllWorkers(pool);
    await masterKey.join();
    await sealStoredUrls(pool, secrets);
    await registerCatalog(pool, catalog, log);
    return ensureFirstKey(pool, configuration.apiKey, log);
  });
  const following = new AbortController();
  const followed = repeat(
    { intervalMs: followIntervalMs, signal: following.signal, log, doing: "following the master key" },
    () => masterKey.follow(following.signal),
  );
  onClose("the master key", async () => {
    following.abort();
    await followed;
    await masterKey.leave();
  });
  let apiPort: number | undefined;
  const outbound = createOutbound({
    allowed: configuration.outbound,
    endpoints: [configuration.s3Endpoint, configuration.azureEndpoint],
    proxies: configuration.proxies,
    databaseUrl: isEmbedded ? undefined : connectionString,
    apiPort: () => apiPort,
  });
  const blobs = await openCheckedBlobStore(configuration);
  const deployed = createDeployedModels({ blobs, directory: join(configuration.dataDirectory, "deployed-models") });
  const loadManifest = createLoadManifest(pool, catalog, deployed);

  let requested = () => ({ cpuCount: 0, memoryBytes: 0 });
  const sample = createProcessSampler(pool, processIdentifier, () => requested());
  const sampling = new AbortController();
  const samples = repeat(
    { intervalMs: sampleIntervalMs, signal: sampling.signal, log, doing: "recording the metrics of this process" },
    sample,
  );
  onClose("figures", () => {
    sampling.abort();
    return samples;
  });

  const { hoursDeleteResults, auditDays, workerLeaseMs: leaseMs } = configuration;
  onClose("maintenance", startMaintenance({ pool, changes, blobs, log, hoursDeleteResults, auditDays, leaseMs }));

  if (configuration.roles.worker) {
    const s3 = createS3Client({ outbound, endpoint: configuration.s3Endpoint });
    onClose("connections to buckets", () => s3.close());
    const engines = createEnginePool({
      log,
      outbound,
      policy: modelPolicy,
      memoryBytes: configuration.workerResources.memoryBytes,
    });
    onClose("engines", () => engines.close());
    const explainers = createExplainers();
    onClose("explainers", () => explainers.close());
    const azure = createAzureClient({ outbound, endpoint: configuration.azureEndpoint });
    onClose("connections to Azure", () => azure.close());
    requested = () => engines.requested();
    const worker = await startWorker({
      pool,
      changes,
      secrets,
      s3,
      azure,
      outbound,
      blobs,
      engines,
      explainers,
      log,
      budget: createByteBudget(fetchedBytesLimit),
      loadManifest,
      hasFiles: (version) => hasFiles(catalog, version),
      resources: configuration.workerResources,
      concurrency: chunksAtOnce,
      spoolDirectory: join(configuration.dataDirectory, "listings"),
      leaseMs,
      turnMs,
    });
    onClose("the worker", () => worker.stop(configuration.stopGraceMs));
    const tidying = new AbortController();
    const tidied = repeat(
      { intervalMs: tidyIntervalMs, signal: tidying.signal, log, doing: "removing files of deleted versions" },
      () => removeDeletedVersions(pool, deployed),
    );
    onClose("tidying", () => {
      tidying.abort();
      return tidied;
    });
  }
  if (!configuration.roles.api) return { url: undefined, newApiKey };
  const audit = createAuditLog(apiPool, log);
  onClose("the audit log", () => audit.close());
  const tls = configuration.tls && (await readTls(configuration.tls));
  const rates = createRequestRates(apiPool, log);
  onClose("rate limits", () => rates.close());
  const app = await createApp({
    pool: apiPool,
    changes,
    audit,
    rates,
    slowSignIns: createSlowSignIns(),
    blobs,
    log,
    catalog,
    deployed,
    loadManifest: createLoadManifest(apiPool, catalog, deployed),
    modelPolicy,
    isolation,
    secrets,
    masterKey,
    outbound,
    submit: createSubmit({ pool: apiPool, secrets, outbound, hoursDeleteInput: configuration.hoursDeleteInput }),
    limits: configuration.clientLimits,
    trustedProxies: configuration.trustedProxies,
    publicUrl: configuration.publicUrl,
    corsOrigins: configuration.corsOrigins,
    tls,
  });
  onClose("the API", () => app.close());
  signal?.throwIfAborted();
  if (configuration.tls !== undefined && tls !== undefined) {
    const following = new AbortController();
    const followed = followTls(app.server as unknown as TlsServer, configuration.tls, tls, {
      signal: following.signal,
      log,
    });
    onClose("the TLS certificate", () => {
      following.abort();
      return followed;
    });
  }
  const url = await listen(app, configuration);
  apiPort = Number(new URL(url).port);
  return { url, newApiKey };
}

/** @throws ConfigurationError when models cannot be isolated, and must be. */
async function checkIsolation({ requiresIsolation }: Configuration): Promise<Isolation> {
  const isolation = await findIsolation();
  if (!isolation.isIsolated && requiresIsolation)
    throw new ConfigurationError(`MILLRACE_ISOLATION is required, and models cannot be isolated: ${isolation.reason}`);
  return isolation;
}

function reportIsolation(isolation: Isolation, log: Log): void {
  if (isolation.isIsolated) log.info("models run in sandboxes");
  else log.warn({ reason: isolation.reason }, "models are not isolated: deploy only models that you trust");
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `The data directory ${directory} cannot be created (${code}): choose a writable one with --data.`,
    );
  }
}

async function openCheckedBlobStore({ blobs: location, s3Endpoint }: Configuration): Promise<BlobStore> {
  const blobs = await openBlobStore(location, { isElsewhere: s3Endpoint !== undefined });
  try {
    await blobs.check();
  } catch (error) {
    throw error instanceof BlobStoreError ? new ConfigurationError(error.message, { cause: error }) : error;
  }
  return blobs;
}

async function openDatabase(
  configuration: Configuration,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<{ connectionString: string; embedded: EmbeddedPostgres | undefined }> {
  const { databaseUrl } = configuration;
  if (databaseUrl !== undefined)
    return { connectionString: await prepareDatabase(false, () => settleSslMode(databaseUrl)), embedded: undefined };
  const embedded = await startEmbeddedPostgres({
    dataDirectory: configuration.dataDirectory,
    log: (line) => log.debug({ postgres: line }),
    ...(signal === undefined ? {} : { signal }),
  });
  return { connectionString: embedded.connectionString, embedded };
}

/**
 * Does what a start does with the database, and again while that is starting or stopping.
 *
 * @throws ConfigurationError with one sentence when a database that is not embedded cannot be used.
 */
async function prepareDatabase<Result>(isEmbedded: boolean, prepare: () => Promise<Result>): Promise<Result> {
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

async function listen(app: FastifyInstance, { host, port, tls }: Configuration): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      throw new ConfigurationError(`Port ${port} on ${host} is in use: choose another with --port.`);
    if (code === "EACCES")
      throw new ConfigurationError(
        `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`,
      );
    throw new ConfigurationError(
      `Cannot listen on ${host}:${port} (${code ?? "unknown error"}): choose another --host or --port.`,
    );
  }
  const address = app.server.address();
  const openPort = typeof address === "object" && address !== null ? address.port : port;
  return `${tls === undefined ? "http" : "https"}://${isIPv6(host) ? `[${host}]` : host}:${openPort}`;
}
