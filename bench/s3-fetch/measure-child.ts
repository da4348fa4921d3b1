// Runs one client through one workload in a process of its own, so that its memory is its own, and reports to the parent.
import { existsSync, readFileSync } from "node:fs";
import { type ClientName, createFetch, type Fetch } from "./clients.js";
import { keyOf, type Target, type Workload } from "./workload.js";

export interface Task {
  readonly client: ClientName;
  readonly target: Target;
  readonly workload: Workload;
}

export interface Measurement {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

process.once("message", (task: Task) => {
  measure(task).then(
    (measurement) => process.send?.(measurement, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function measure({ client, target, workload }: Task): Promise<Measurement> {
  const fetch = createFetch(client, target, workload.inFlight);
  await fetchAll(fetch, workload, workload.warmUpCount);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await fetchAll(fetch, workload, workload.objectCount);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakRssBytes: peakRssBytes(),
  };
}

/** Linux counts the parent's memory into a child's maxRSS, so its own high-water mark is read where there is one. */
function peakRssBytes(): number {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1024;
}

async function fetchAll(fetch: Fetch, workload: Workload, count: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const sizeBytes = await fetch(keyOf(workload, next++));
      if (sizeBytes !== workload.sizeBytes) throw new Error(`An object has ${sizeBytes} bytes.`);
    }
  };
  await Promise.all(Array.from({ length: workload.inFlight }, lane));
}
