import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

// More than this share of the cores was used before the benchmark began.
const idleLoad = 0.25;

/** The machine, and whether it had other work: read before anything is started. */
export function describeMachine(): string {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  const beside =
    load > idleLoad * availableParallelism() ? `beside other work (load average ${load.toFixed(1)})` : "idle";
  return `${availableParallelism()} cores (${cpus()[0]?.model}), ${memoryGib} GiB, ${beside}`;
}

/** @param stores as the sides give them, with repetitions. */
export function describeVersions(stores: readonly string[]): string {
  const packages = ["graphile-worker", "pg-boss", "bullmq", "undici"].map((name) => `${name} ${versionOf(name)}`);
  const distinct = [...new Set(stores)].filter((store) => store !== "");
  return [`Node ${process.version.slice(1)}`, ...distinct, ...packages].join(", ");
}

function versionOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths)
    try {
      return (JSON.parse(readFileSync(`${path}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  return "unknown";
}
