import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Configuration } from "../configuration/configuration.js";
import { createEnginePool, type EnginePool } from "../engines/engine-pool.js";
import { createExplainers } from "../explanations/explainers.js";
import { createS3Client } from "../inputs/s3/client.js";
import { createAzureClient } from "../inputs/sources/azureblob/azure-client.js";
import { repeat } from "../lifecycle/repeat.js";
import { removeDeletedVersions } from "../models/deployed-models.js";
import { createLoadManifest } from "../models/load-manifest.js";
import { hasFiles } from "../models/resolve-manifest.js";
import { createByteBudget } from "../worker/byte-budget.js";
import { startWorker } from "../worker/worker.js";
import { runUntilClosed } from "./on-close.js";
import type { SharedParts } from "./shared-parts.js";

// Fetched inputs in memory that wait for a model, for the whole process.
const fetchedBytesLimit = 256 * 2 ** 20;
// Chunks that a worker runs at the same time; one version has at most half of them, more than it has engines, so that fetching overlaps with running.
const chunksAtOnce = Math.max(8, 4 * availableParallelism());
// How often the files of deleted versions are looked for on this machine's disk.
const tidyIntervalMs = 60_000;

/** Starts the worker of this process. */
export async function startWorkerPart(
  configuration: Configuration,
  { pool, changes, secrets, outbound, blobs, catalog, deployed, log, onClose }: SharedParts,
  turnMs: number | undefined,
): Promise<Pick<EnginePool, "requested">> {
  const s3 = createS3Client({ outbound, endpoint: configuration.s3Endpoint });
  onClose("connections to buckets", () => s3.close());
  const engines = createEnginePool({
    log,
    outbound,
    policy: configuration.modelPolicy,
    memoryBytes: configuration.workerResources.memoryBytes,
  });
  onClose("engines", () => engines.close());
  const explainers = createExplainers();
  onClose("explainers", () => explainers.close());
  const azure = createAzureClient({ outbound, endpoint: configuration.azureEndpoint });
  onClose("connections to Azure", () => azure.close());
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
    loadManifest: createLoadManifest(pool, catalog, deployed),
    hasFiles: (version) => hasFiles(catalog, version),
    resources: configuration.workerResources,
    concurrency: chunksAtOnce,
    spoolDirectory: join(configuration.dataDirectory, "listings"),
    leaseMs: configuration.workerLeaseMs,
    turnMs,
  });
  onClose("the worker", () => worker.stop(configuration.stopGraceMs));
  runUntilClosed(onClose, "tidying", (signal) =>
    repeat({ intervalMs: tidyIntervalMs, signal, log, doing: "removing files of deleted versions" }, () =>
      removeDeletedVersions(pool, deployed),
    ),
  );
  return engines;
}
