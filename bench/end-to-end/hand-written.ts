// The script that somebody would write instead: no server, no database, nothing kept. In a process of its own.
import pLimit from "p-limit";
import { createFetchAndRun } from "./fetch-and-run.js";
import type { Workload } from "./workload.js";

/** How one run goes: `inFlight` 1 is a plain loop. */
export interface HandWrittenTask {
  readonly endpoint: string;
  readonly workload: Workload;
  readonly inFlight: number;
}

// Nobody is left to ask when the benchmark has died.
process.once("disconnect", () => process.exit());
process.on("message", (task: HandWrittenTask) => {
  run(task).then(
    (seconds) => process.send?.(seconds),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run({ endpoint, workload, inFlight }: HandWrittenTask): Promise<number> {
  const fetchAndRun = createFetchAndRun(endpoint, inFlight);
  const results = new Map<string, unknown>();
  const limit = pLimit(inFlight);
  const runAll = (count: number) =>
    limit.map(Array.from({ length: count }), async (_, index) => {
      results.set(`input-${index}`, await fetchAndRun(workload, index));
    });
  // Compiling and connecting are not what is measured; the other side is warm too.
  await runAll(inFlight === 1 ? 100 : 1_000);
  results.clear();
  const startedAt = performance.now();
  await runAll(workload.inputCount);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (results.size !== workload.inputCount) throw new Error(`${results.size} results.`);
  await fetchAndRun.close();
  return seconds;
}
