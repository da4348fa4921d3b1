import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Isolation } from "@millrace/runners";
import { createFirstKey, ensureConfiguredKey } from "../accounts/first-key.js";
import type { Configuration } from "../configuration/configuration.js";
import { migrate } from "../database/migrate.js";
import { createJobChanges } from "../jobs/job-changes.js";
import { repeat } from "../lifecycle/repeat.js";
import { startMaintenance } from "../maintenance/maintenance.js";
import { followIntervalMs } from "../maintenance/master-key-holders.js";
import { createMasterKeyRotation } from "../maintenance/master-key-rotation.js";
import { createProcessSampler, sampleIntervalMs } from "../metrics/process-metrics.js";
import { readCatalog, registerCatalog } from "../models/catalog.js";
import { createDeployedModels } from "../models/deployed-models.js";
import { createOutbound } from "../outbound/outbound.js";
import { unlockAllWorkers } from "../queue/unlock-dead-workers.js";
import { loadMasterKeys } from "../storage/master-keys.js";
import { createSecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import { sealStoredUrls } from "../webhooks/sealed-webhook.js";
import { startApi } from "./api.js";
import { prepareDatabase, type Database } from "./database.js";
import { writeKeyFile } from "./key-file.js";
import { runUntilClosed, type OnClose } from "./on-close.js";
import { startProbes } from "./probes.js";
import type { SharedParts } from "./shared-parts.js";
import { openCheckedBlobStore } from "./storage.js";
import { startWorkerPart } from "./worker.js";

export interface PartsOptions {
  readonly isolation: Isolation;
  readonly database: Database;
  readonly log: Log;
  readonly onClose: OnClose;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  /** How long a chunk runs before it yields to another job, in milliseconds; 5,000. */
  readonly turnMs?: number;
}

export interface RunningParts {
  /** Where the API is; undefined for a worker. */
  readonly url: string | undefined;
  /** Where probes are answered; undefined when they are not. */
  readonly probePort: number | undefined;
  /** The key that this start made; undefined when there was one already. */
  readonly newApiKey: string | undefined;
}

/** Starts everything that needs the database. */
export async function startParts(
  configuration: Configuration,
  { isolation, database: { connectionString, isEmbedded, openPool }, log, onClose, signal, turnMs }: PartsOptions,
): Promise<RunningParts> {
  const { dataDirectory, masterKeyHex, previousMasterKeysHex } = configuration;
  const masterKeys = await loadMasterKeys(dataDirectory, masterKeyHex, previousMasterKeysHex);
  const secrets = createSecretBox(masterKeys.ring);
  const catalog = await readCatalog(configuration.modelsDirectory, log);
  // Two pools, so that no crowd of clients keeps workers from recording what they did.
  const apiPool = openPool(configuration.apiConnections, "millrace-api");
  const pool = openPool(configuration.workerConnections, "millrace");
  const processIdentifier = randomUUID();
  const masterKey = createMasterKeyRotation({ pool, masterKeys, secrets, process: processIdentifier, log });
  await prepareDatabase(isEmbedded, async () => {
    await migrate(connectionString, { isEmbedded });
    // Nobody else reaches an embedded database: whatever is locked was locked by a process that is gone.
    if (isEmbedded) await unlockAllWorkers(pool);
    await masterKey.join();
    await sealStoredUrls(pool, secrets);
    await registerCatalog(pool, catalog, log);
    if (configuration.apiKey !== undefined) await ensureConfiguredKey(pool, configuration.apiKey, log);
  });
  const changes = createJobChanges({
    pool,
    listening: configuration.roles.api ? openPool(1, "millrace-listen") : undefined,
    log,
  });
  onClose("notifications", () => changes.close());
  runUntilClosed(
    onClose,
    "the master key",
    (closing) =>
      repeat({ intervalMs: followIntervalMs, signal: closing, log, doing: "following the master key" }, () =>
        masterKey.follow(closing),
      ),
    () => masterKey.leave(),
  );
  let apiPort: number | undefined;
  const outbound = createOutbound({
    allowed: configuration.outbound,
    endpoints: [configuration.s3Endpoint, configuration.azureEndpoint],
    proxies: configuration.proxies,
    databaseUrl: isEmbedded ? undefined : connectionString,
    apiPort: () => apiPort,
  });
  const blobs = await openCheckedBlobStore(configuration);
  const deployed = createDeployedModels({ blobs, directory: join(dataDirectory, "deployed-models") });

  let requested = () => ({ cpuCount: 0, memoryBytes: 0 });
  const sample = createProcessSampler(pool, processIdentifier, () => requested());
  runUntilClosed(onClose, "figures", (closing) =>
    repeat(
      { intervalMs: sampleIntervalMs, signal: closing, log, doing: "recording the metrics of this process" },
      sample,
    ),
  );

  const { hoursDeleteResults, auditDays, workerLeaseMs: leaseMs } = configuration;
  onClose("maintenance", startMaintenance({ pool, changes, blobs, log, hoursDeleteResults, auditDays, leaseMs }));

  const shared: SharedParts = { pool, changes, secrets, outbound, blobs, catalog, deployed, log, onClose };
  if (configuration.roles.worker) {
    const engines = await startWorkerPart(configuration, shared, turnMs);
    requested = () => engines.requested();
  }
  const { probePort: wantedPort } = configuration;
  const probePort = wantedPort === undefined ? undefined : await startProbes(pool, wantedPort, onClose);
  if (!configuration.roles.api) return { url: undefined, probePort, newApiKey: undefined };
  const url = await startApi(configuration, shared, { apiPool, isolation, masterKey, signal });
  apiPort = Number(new URL(url).port);
  // Not before: whoever starts the server sees the key only once it listens.
  if (configuration.apiKey !== undefined) return { url, probePort, newApiKey: undefined };
  const keep = writeKeyFile(configuration.firstKeyFile);
  return { url, probePort, newApiKey: await prepareDatabase(isEmbedded, () => createFirstKey(pool, keep)) };
}
