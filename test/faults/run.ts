// Breaks a running cluster again and again and checks that nothing was lost, doubled or left behind.
// From the root: npm run test:faults [-- --faults 200 --seed 1 --workers 3 --pause 350]
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCluster, type Cluster } from "./cluster.js";
import { healAll, strikeAtRandom } from "./faults.js";
import { checkInvariants, waitForJobs, type Check } from "./invariants.js";
import { steerJobs, submitJobs, type AcceptedJob } from "./jobs.js";
import { createRandom } from "./random.js";

const { values } = parseArgs({
  options: {
    faults: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "3" },
    /** Milliseconds between two faults, on average. */
    pause: { type: "string", default: "350" },
    keep: { type: "boolean", default: false },
  },
});
// Of this checkout: others may have engines of their own.
const engineProgram = join(import.meta.dirname, "../../packages/runners/dist/isolation/engine-process.js");
const seed = Number(values.seed);
const directory = await mkdtemp(join(tmpdir(), "millrace-faults-"));
console.log(`Faults: ${values.faults}, seed ${seed}, ${values.workers} workers; logs in ${directory}`);

const cluster = await startCluster(directory, Number(values.workers));
let checks: Check[] = [];
try {
  await waitUntilHealthy(cluster.url);
  const orphans = watchOrphans(cluster);
  const stopping = new AbortController();
  const jobs: AcceptedJob[] = [];
  const submitting = submitJobs(cluster, jobs, createRandom(seed + 1), stopping.signal);
  const stopSteering = new AbortController();
  const steering = steerJobs(cluster, jobs, createRandom(seed + 2), stopSteering.signal);
  const startedAt = Date.now();
  const counts = await strikeAtRandom(
    cluster,
    { count: Number(values.faults), random: createRandom(seed), pauseMs: Number(values.pause) },
    (done, name) => done % 20 === 0 && console.log(`  ${done} faults; ${name}`),
  );
  stopping.abort();
  const struckMs = Date.now() - startedAt;
  await healAll(cluster);
  await submitting;
  stopSteering.abort();
  const steered = await steering;
  const running = await waitForJobs(cluster.pool, jobs, 120_000);
  const longestPickUpMs = await orphans.stop();
  await cluster.stopProcesses();
  checks = await checkInvariants(cluster.pool, jobs, running);
  // PostgreSQL's own processes carry the directory too, until the cluster is closed.
  const left = [...findProcesses(directory).filter((pid) => !isPostgres(pid)), ...findProcesses(engineProgram)];
  checks.push({ name: "processes that are left, engines too", isHeld: left.length === 0, found: String(left.length) });
  checks.push({
    name: "longest time until the work of a dead worker was free, s (about 17 on a free machine, at most 60)",
    // Four leases: a busy machine is slow to look, a lost worker is never found.
    isHeld: longestPickUpMs <= 60_000,
    found: (longestPickUpMs / 1_000).toFixed(1),
  });
  const inputs = jobs.reduce((sum, { total }) => sum + total, 0);
  const ends = [cluster.api, ...cluster.workers].reduce((sum, one) => sum + one.unexpectedEnds, 0);
  console.log(`\n${values.faults} faults in ${Math.round(struckMs / 1_000)} s, ${jobs.length} jobs, ${inputs} inputs`);
  console.table(Object.fromEntries([...counts, ...steered].map(([name, times]) => [name, { times }])));
  console.log(`Processes ended by themselves ${ends} times; each was started again.`);
} finally {
  await cluster.close();
}
for (const { name, isHeld, found } of checks) console.log(`${isHeld ? "ok" : "not ok"} - ${name}: ${found}`);
const failed = checks.filter(({ isHeld }) => !isHeld).length;
if (failed === 0 && !values.keep) await rm(directory, { recursive: true, force: true });
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && checks.length > 0 ? 0 : 1;

async function waitUntilHealthy(url: string): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const response = await fetch(`${url}/api/health`).catch(() => undefined);
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${url} did not become healthy within 30 s; see the logs in ${directory}.`);
}

/** Watches how long tasks stay locked by a worker that is not heard of any more. */
function watchOrphans({ pool }: Cluster): { stop(): Promise<number> } {
  let longestMs = 0;
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const { rows } = await pool
        .query<{ age: number | null }>(
          `SELECT max(extract(epoch FROM now() - w.heartbeat_at))::float8 AS age
           FROM millrace_queue.jobs j JOIN millrace.workers w ON j.locked_by = ANY (w.queue_pool_ids)`,
        )
        .catch((error: Error & { code?: string }) => {
          // The database is being killed, too.
          if (error.code?.startsWith("42") === true) throw error;
          return { rows: [] };
        });
      longestMs = Math.max(longestMs, (rows[0]?.age ?? 0) * 1_000);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    async stop() {
      isWatching = false;
      await watching;
      return longestMs;
    },
  };
}

/** Numbers of the processes whose command line has a text in it. */
function findProcesses(text: string): string[] {
  return spawnSync("pgrep", ["-f", text], { encoding: "utf8" }).stdout.trim().split("\n").filter(Boolean);
}

function isPostgres(pid: string): boolean {
  return spawnSync("ps", ["-o", "args=", "-p", pid], { encoding: "utf8" }).stdout.includes("postgres");
}
