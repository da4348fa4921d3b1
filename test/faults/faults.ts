import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.js";
import { pick } from "./random.js";

interface Fault {
  readonly name: string;
  readonly weight: number;
  /** Breaks something, and mends it after a while in the background. */
  readonly strike: (cluster: Cluster, random: () => number) => Promise<void> | void;
}

const later = (milliseconds: number, mend: () => void) => void delay(milliseconds).then(mend);
const one = <Part>(parts: readonly Part[], random: () => number): Part =>
  parts[Math.floor(random() * parts.length)] as Part;

/** What is done to a running cluster. */
const faults: readonly Fault[] = [
  {
    name: "kill -9 a worker",
    weight: 5,
    strike: ({ workers }, random) => one(workers, random).signal("SIGKILL"),
  },
  {
    name: "SIGTERM a worker",
    weight: 2,
    strike: ({ workers }, random) => one(workers, random).signal("SIGTERM"),
  },
  {
    name: "stop a worker for a while (SIGSTOP)",
    weight: 3,
    strike: ({ workers }, random) => {
      const worker = one(workers, random);
      worker.signal("SIGSTOP");
      // One in five sleeps longer than its lease: its successor must be safe from it.
      later(random() < 0.2 ? 17_000 : 500 + random() * 3_000, () => worker.signal("SIGCONT"));
    },
  },
  {
    name: "cut a worker's wire to the database",
    weight: 4,
    strike: ({ databaseWires }, random) => {
      const wire = one(databaseWires, random);
      wire.cut({ refuse: true });
      later(500 + random() * 4_000, () => wire.heal());
    },
  },
  {
    name: "silence on a worker's wire to the database",
    weight: 2,
    strike: ({ databaseWires }, random) => {
      const wire = one(databaseWires, random);
      wire.silence();
      later(500 + random() * 4_000, () => wire.heal());
    },
  },
  {
    name: "end all connections to the S3 server",
    weight: 4,
    strike: ({ s3Wire }) => s3Wire.cut(),
  },
  {
    name: "answers of the S3 server end early",
    weight: 4,
    strike: ({ s3Wire }, random) => s3Wire.truncateAfter(random() * 20_000),
  },
  {
    name: "silence of the S3 server",
    weight: 2,
    strike: ({ s3Wire }, random) => {
      s3Wire.silence();
      later(200 + random() * 1_500, () => s3Wire.heal());
    },
  },
  { name: "kill -9 the API", weight: 2, strike: ({ api }) => api.signal("SIGKILL") },
  {
    name: "the database ends all connections",
    weight: 2,
    strike: async ({ pool }) => {
      await pool
        .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'")
        .catch((error: Error) => console.log(`  (${error.message})`));
    },
  },
  { name: "kill -9 PostgreSQL", weight: 0.7, strike: (cluster) => cluster.signalPostgres("SIGKILL") },
  {
    name: "stop PostgreSQL for some seconds (SIGSTOP)",
    weight: 0.7,
    strike: async (cluster, random) => {
      await cluster.signalPostgres("SIGSTOP");
      later(1_000 + random() * 5_000, () => void cluster.signalPostgres("SIGCONT"));
    },
  },
  {
    // They are lost for good: what waits for them must give up by itself.
    name: "a worker's connections to the database fall into a black hole",
    weight: 1.5,
    strike: ({ databaseWires }, random) => one(databaseWires, random).blackHole(),
  },
];

/** Strikes so many times, with pauses in between. @returns how often each fault was chosen. */
export async function strikeAtRandom(
  cluster: Cluster,
  { count, random, pauseMs }: { count: number; random: () => number; pauseMs: number },
  onStrike: (done: number, name: string) => void,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let done = 1; done <= count; done += 1) {
    const fault = pick(faults, random);
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    onStrike(done, fault.name);
    await fault.strike(cluster, random);
    await delay(random() * 2 * pauseMs);
  }
  return counts;
}

/** Mends what may still be broken. */
export async function healAll(cluster: Cluster): Promise<void> {
  const { databaseWires, s3Wire, workers } = cluster;
  await cluster.signalPostgres("SIGCONT");
  for (const wire of [...databaseWires, s3Wire]) wire.heal();
  for (const worker of workers) worker.signal("SIGCONT");
}
