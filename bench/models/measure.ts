import { cpuBetween, readCpuSeconds, type CpuSeconds } from "../engines/cpu-by-process.js";
import { median } from "../engines/statistics.js";
import { watchMemory, type MemoryBytes } from "./peak-memory.js";
import type { Side } from "./side.js";
import type { Workload } from "./workload.js";

/** One round of one side. */
export interface Round {
  /** Of the first run, which loads the model. */
  readonly coldSeconds: number;
  /** Of the second run. */
  readonly warmSeconds: number;
  /** Of the second run. */
  readonly cpu: CpuSeconds | undefined;
  /** Over both runs. */
  readonly memory: MemoryBytes | undefined;
  readonly classes: readonly number[];
}

/** A side over all rounds: medians. */
export interface ComparedModelSide {
  readonly side: string;
  readonly coldPerSecond: number;
  readonly warmPerSecond: number;
  readonly slowestPerSecond: number;
  readonly fastestPerSecond: number;
  /** CPU milliseconds per input, warm. */
  readonly cpuMs: CpuSeconds | undefined;
  readonly memory: MemoryBytes | undefined;
  /** The part of the inputs whose best class is that of the first side. */
  readonly agreement: number;
}

/** Starts a side anew, runs the workload twice and ends it. */
export async function measureRound(side: Side, workload: Workload): Promise<Round> {
  const started = await side.start();
  try {
    const memory = watchMemory(started.pid);
    const cold = await started.run(workload);
    const before = readCpuSeconds(started.pid);
    const warm = await started.run(workload);
    const cpu = cpuBetween(before, readCpuSeconds(started.pid));
    return {
      coldSeconds: cold.seconds,
      warmSeconds: warm.seconds,
      cpu,
      memory: memory.stop(),
      classes: warm.classes,
    };
  } finally {
    await started.close();
  }
}

/** @param rounds of each side by its name; the first is Millrace. */
export function compareModelSides(
  rounds: ReadonlyMap<string, readonly Round[]>,
  inputCount: number,
): ComparedModelSide[] {
  const [[first] = []] = rounds.values();
  return [...rounds].map(([side, own]) => {
    const warm = own.map(({ warmSeconds }) => warmSeconds);
    const classes = own[0]?.classes ?? [];
    return {
      side,
      coldPerSecond: inputCount / median(own.map(({ coldSeconds }) => coldSeconds)),
      warmPerSecond: inputCount / median(warm),
      slowestPerSecond: inputCount / Math.max(...warm),
      fastestPerSecond: inputCount / Math.min(...warm),
      cpuMs: medians(
        own.map(({ cpu }) => cpu),
        1e3 / inputCount,
      ),
      memory: medians(
        own.map(({ memory }) => memory),
        1,
      ),
      agreement: classes.filter((one, index) => one === first?.classes[index]).length / inputCount,
    };
  });
}

/** Of each part. */
function medians(values: readonly (CpuSeconds | undefined)[], factor: number): CpuSeconds | undefined {
  const known = values.flatMap((value) => (value === undefined ? [] : [value]));
  const of = (part: keyof CpuSeconds) => median(known.map((value) => value[part])) * factor;
  return known.length === 0 ? undefined : { server: of("server"), store: of("store"), engine: of("engine") };
}
