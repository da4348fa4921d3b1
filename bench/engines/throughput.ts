import type { Workload } from "../end-to-end/workload.js";
import { cpuBetween, readCpuSeconds } from "./cpu-by-process.js";
import type { Side } from "./sides.js";
import { compareSides, type ComparedSide, type Measured } from "./statistics.js";

/** Runs the workload on every side in turn, round after round; the first round only warms up. */
export async function compareThroughput(
  sides: readonly Side[],
  workload: Workload,
  rounds: number,
): Promise<ComparedSide[]> {
  const measured = new Map<string, Measured[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const side of sides) {
      const run = await measure(side, workload);
      if (round > 0) measured.get(side.name)?.push(run);
    }
  return compareSides(measured, workload.inputCount);
}

async function measure(side: Side, workload: Workload): Promise<Measured> {
  const perInput = (seconds: number) => (seconds * 1e6) / workload.inputCount;
  const before = readCpuSeconds(side.pid);
  const clientBefore = process.cpuUsage();
  const seconds = await side.run(workload);
  const client = process.cpuUsage(clientBefore);
  const cpu = cpuBetween(before, readCpuSeconds(side.pid));
  return {
    seconds,
    cpu: cpu && { server: perInput(cpu.server), store: perInput(cpu.store), engine: perInput(cpu.engine) },
    clientCpu: perInput((client.user + client.system) / 1e6),
  };
}
