// How much more is done by more workers: 1, 2 and 4 of them, each with room for one engine.
import Table from "cli-table3";
import type { Cluster } from "./cluster.js";
import { submitTexts, type ScaleModel } from "./load.js";
import { computing, engineMemory, waiting } from "./models.js";

export interface WorkersRow {
  readonly model: string;
  readonly workers: number;
  readonly inputsPerSecond: number;
}

const loads: readonly { readonly name: string; readonly model: ScaleModel; readonly inputCount: number }[] = [
  { name: "waits 20 ms for an input", model: waiting, inputCount: 1_500 },
  { name: "computes 5 ms for an input", model: computing, inputCount: 4_000 },
];

export async function benchWorkers(cluster: Cluster): Promise<WorkersRow[]> {
  const rows: WorkersRow[] = [];
  for (const workers of [1, 2, 4]) {
    for (let index = 0; index < workers; index += 1) await cluster.startWorker(engineMemory);
    for (const { name, model, inputCount } of loads) {
      // The first job starts the engines.
      await run(cluster, model, workers * 50);
      const seconds = await run(cluster, model, inputCount);
      rows.push({ model: name, workers, inputsPerSecond: inputCount / seconds });
    }
    await cluster.stopWorkers();
  }
  return rows;
}

async function run({ client }: Cluster, model: ScaleModel, inputCount: number): Promise<number> {
  const startedAt = performance.now();
  const job = await submitTexts(client, model, inputCount);
  const done = await client.jobs.waitUntilComplete(job);
  if (done.completed !== inputCount) throw new Error(`${done.completed} of ${inputCount} inputs have results.`);
  return (performance.now() - startedAt) / 1_000;
}

export function formatWorkers(rows: readonly WorkersRow[]): string {
  const table = new Table({
    head: ["model", "workers", "inputs/s", "x one worker"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { model, workers, inputsPerSecond } of rows) {
    const one = rows.find((row) => row.model === model)?.inputsPerSecond ?? NaN;
    table.push([model, workers, inputsPerSecond.toFixed(0), (inputsPerSecond / one).toFixed(2)]);
  }
  return table.toString();
}
