import { readdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { buildTarget } from "./build-target.ts";
import { readCorpus } from "./corpus.ts";
import type { EngineOptions, EngineReport } from "./engine.ts";

/** The names of all targets. */
export const targetNames: readonly string[] = readdirSync(new URL("targets", import.meta.url))
  .map((file) => file.replace(/\.ts$/, ""))
  .toSorted();

// A hundred thousand times what an input takes, also on a machine that is busy with other things.
const hangMs = 60_000;
const longestInputBytes = 2 ** 20;

export interface FuzzOptions {
  readonly seconds: number;
  /** The same seed makes the same inputs, as long as the code is the same. */
  readonly seed: number;
  readonly onProgress?: (report: EngineReport) => void;
}

/** Fuzzes one target; one input that takes a minute, or all memory, ends it as a finding. */
export async function fuzzTarget(name: string, { seconds, seed, onProgress }: FuzzOptions): Promise<EngineReport> {
  const current = new SharedArrayBuffer(4 + longestInputBytes);
  const workerData: EngineOptions = { corpus: await readCorpus(name), seconds, seed, current };
  const worker = new Worker(await buildTarget(name), {
    workerData,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let latest: EngineReport = { executions: 0, reached: 0, corpus: [], findings: [], isOver: false };
  try {
    return await new Promise<EngineReport>((resolve) => {
      const end = (error: string) => {
        const length = new DataView(current).getUint32(0);
        const input = Uint8Array.from(new Uint8Array(current, 4, length));
        resolve({ ...latest, findings: [...latest.findings, { error, input }] });
      };
      let timer = setTimeout(end, hangMs, "An input took a minute.");
      worker.on("message", (report: EngineReport) => {
        clearTimeout(timer);
        latest = report;
        onProgress?.(report);
        if (report.isOver) resolve(report);
        else timer = setTimeout(end, hangMs, "An input took a minute.");
      });
      worker.on("error", (error) => end(error.stack ?? String(error)));
      worker.on("exit", () => end("The thread ended before its time."));
    });
  } finally {
    await worker.terminate();
  }
}
