import type { Database } from "../database/transaction.js";
import { engineShareOf, type EngineShare, type VersionDemand, type WorkerCapacity } from "../engines/engine-shares.js";
import type { VersionFiles } from "../models/resolve-manifest.js";
import { taskVersionKey } from "../queue/task-version-key.js";

/** What a worker offers to engines. */
export interface WorkerResources {
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly gpuCount: number;
  /** Labels of this worker; a version runs only on workers that have all of its labels. */
  readonly labels: readonly string[];
}

/** Which versions this worker runs, and on how many engines, given the other live workers. */
export interface Placement {
  /** Reads the current versions and workers. */
  refresh(): Promise<void>;
  /** What this worker reports to the others. */
  capacity(): WorkerCapacity;
  /** Flags of the versions whose chunks this worker must leave to others. */
  forbidden(): readonly string[];
  /** This worker's share; undefined for a version that it does not know. */
  share(versionKey: string): EngineShare;
  /** The versions of which this worker must keep engines, or must no longer. */
  kept(): readonly KeptVersion[];
}

export interface KeptVersion {
  readonly versionKey: string;
  readonly identifier: string;
  readonly version: string;
}

interface VersionRow extends VersionDemand, VersionFiles {
  readonly labels: readonly string[];
}

export interface PlacementOptions {
  readonly database: Database;
  /** Of this worker. */
  readonly identifier: string;
  readonly resources: WorkerResources;
  /** Whether this machine has the files or image of a version; false leaves it to workers that have them. */
  readonly hasFiles: (version: VersionFiles) => Promise<boolean>;
}

/**
 * A version whose needs this worker does not meet is left in the queue for one that does. One whose files it lacks is left only
 * if another live worker has them: if none has, its inputs must fail with that reason.
 */
export function createPlacement({ database, identifier, resources, hasFiles }: PlacementOptions): Placement {
  let forbidden: readonly string[] = [];
  let shares: ReadonlyMap<string, EngineShare> = new Map();
  let runnable: readonly string[] = [];
  let kept: readonly KeptVersion[] = [];

  const capacity = (): WorkerCapacity => {
    const { cpuCount, memoryBytes, gpuCount } = resources;
    return { identifier, cpuCount, memoryBytes, gpuCount, runnable };
  };

  return {
    capacity,
    forbidden: () => forbidden,
    share: (versionKey) => shares.get(versionKey) ?? { minimum: 0, maximum: 0 },
    kept: () => kept,
    async refresh() {
      const [versions, others] = await Promise.all([readVersions(database), readOtherWorkers(database, identifier)]);
      const fitting = versions.filter((version) => fits(version, resources));
      const isElsewhere = (versionKey: string) => others.some((worker) => worker.runnable.includes(versionKey));
      const here = await Promise.all(fitting.map(hasFiles));
      runnable = fitting.flatMap(({ versionKey }, index) =>
        here[index] === true || !isElsewhere(versionKey) ? [versionKey] : [],
      );
      const workers = [...others, capacity()];
      const known = new Map(
        versions.map((version) => [version.versionKey, engineShareOf(version, workers, identifier)]),
      );
      forbidden = [...known].flatMap(([versionKey, { maximum }]) => (maximum === 0 ? [versionKey] : []));
      kept = versions.filter(
        ({ versionKey }) => (known.get(versionKey)?.minimum ?? 0) > 0 || (shares.get(versionKey)?.minimum ?? 0) > 0,
      );
      shares = known;
    },
  };
}

function fits(version: VersionRow, resources: WorkerResources): boolean {
  return (
    version.memoryBytes <= resources.memoryBytes &&
    version.gpuCount <= resources.gpuCount &&
    version.labels.every((label) => resources.labels.includes(label))
  );
}

async function readVersions(database: Database): Promise<VersionRow[]> {
  const { rows } = await database.query<Omit<VersionRow, "versionKey">>(
    `SELECT model_identifier AS identifier, version, coalesce((manifest->>'memoryBytes')::bigint, 0) AS "memoryBytes",
       coalesce((manifest->>'gpuCount')::int, 0) AS "gpuCount", coalesce(manifest->'labels', '[]') AS labels, manifest->'runner' AS runner, archive IS NOT NULL AS "isDeployed",
       CASE WHEN status = 'active' THEN minimum_engines ELSE 0 END AS "minimumEngines", maximum_engines AS "maximumEngines"
     FROM millrace.model_versions`,
  );
  return rows.map((row) => ({ ...row, versionKey: taskVersionKey(row.identifier, row.version) }));
}

async function readOtherWorkers(database: Database, identifier: string): Promise<WorkerCapacity[]> {
  const { rows } = await database.query<WorkerCapacity>(
    `SELECT identifier, cpu_count AS "cpuCount", memory_bytes AS "memoryBytes", gpu_count AS "gpuCount", runnable
     FROM millrace.living_workers WHERE identifier <> $1`,
    [identifier],
  );
  return rows;
}
