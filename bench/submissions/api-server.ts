// The API of Millrace alone, in a process of its own, which says how long its thread was held and how much memory it took.
import { readFileSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startServer } from "@millrace/server";

export interface ApiServerTask {
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  readonly apiKey: string;
}

/** Since the question before. */
export interface Strain {
  /** The longest time for which nothing else ran on the server's thread. */
  readonly heldMs: number;
  /** Of the process; undefined where there is no `/proc`. */
  readonly peakMemoryBytes: number | undefined;
}

process.once("message", (task: ApiServerTask) => {
  serve(task).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

/** Serves until the benchmark lets go of this process, also by dying. */
async function serve(task: ApiServerTask): Promise<void> {
  const disconnected = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const roles = { api: true, worker: false };
  const server = await startServer({ ...task, roles, host: "127.0.0.1", port: 0, logLevel: "error" });
  const resolution = 2;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  process.on("message", () => {
    const heldMs = Math.max(0, delay.max / 1e6 - resolution);
    process.send?.({ heldMs, peakMemoryBytes: takePeak() } satisfies Strain);
    delay.reset();
  });
  process.send?.(server.url);
  await disconnected;
  await server.close();
}

/** The highest resident set since the call before; proc(5). */
function takePeak(): number | undefined {
  try {
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1_024;
    writeFileSync("/proc/self/clear_refs", "5");
    return peak;
  } catch {
    return undefined;
  }
}
