import { createHash } from "node:crypto";

/** A worker as reported in its heartbeats. */
export interface WorkerCapacity {
  readonly identifier: string;
  readonly cpuCount: number;
  /** Memory available to its engines in total. */
  readonly memoryBytes: number;
  readonly gpuCount: number;
  /** Flags of the versions it can run. */
  readonly runnable: readonly string[];
}

/** What an engine of a version needs, and how many may run across all workers. */
export interface VersionDemand {
  readonly versionKey: string;
  readonly memoryBytes: number;
  readonly gpuCount: number;
  readonly minimumEngines: number;
  /** Null: as many as fit on the workers. */
  readonly maximumEngines: number | null;
}

/** How many engines of a version one worker keeps loaded, and how many it may run. */
export interface EngineShare {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Divides the engines of a version among the workers that can run it. Every worker computes the same division independently,
 * from the same rows. Each version starts with a different worker (rendezvous hashing, Thaler and Ravishankar 1996), so
 * small shares of many versions do not pile up on one machine.
 */
export function engineShareOf(
  version: VersionDemand,
  workers: readonly WorkerCapacity[],
  workerIdentifier: string,
): EngineShare {
  const able = workers
    .filter((worker) => worker.runnable.includes(version.versionKey))
    .toSorted((a, b) =>
      weight(version.versionKey, a.identifier).localeCompare(weight(version.versionKey, b.identifier)),
    );
  const own = able.findIndex(({ identifier }) => identifier === workerIdentifier);
  if (own < 0) return { minimum: 0, maximum: 0 };
  const rooms = able.map((worker) => engineRoom(version, worker));
  const maximum = deal(version.maximumEngines ?? Number.POSITIVE_INFINITY, rooms)[own] ?? 0;
  return { minimum: Math.min(deal(version.minimumEngines, rooms)[own] ?? 0, maximum), maximum };
}

/** One engine per processor, as far as memory and GPUs allow. */
function engineRoom(version: VersionDemand, worker: WorkerCapacity): number {
  const byMemory = Math.floor(worker.memoryBytes / Math.max(1, version.memoryBytes));
  const byGpu = version.gpuCount === 0 ? Number.POSITIVE_INFINITY : Math.floor(worker.gpuCount / version.gpuCount);
  return Math.max(0, Math.min(worker.cpuCount, byMemory, byGpu));
}

/** Assigns one at a time, round robin, until none are left or every worker is full. */
function deal(count: number, rooms: readonly number[]): number[] {
  const shares = rooms.map(() => 0);
  let left = Math.min(
    count,
    rooms.reduce((sum, room) => sum + room, 0),
  );
  while (left > 0) {
    for (const [index, room] of rooms.entries()) {
      const share = shares[index] ?? 0;
      if (left === 0 || share === room) continue;
      shares[index] = share + 1;
      left -= 1;
    }
  }
  return shares;
}

function weight(versionKey: string, workerIdentifier: string): string {
  return createHash("sha256").update(`${versionKey} ${workerIdentifier}`).digest("hex");
}
