import { readFileSync } from "node:fs";
import { processesBelow, readStats } from "../engines/cpu-by-process.js";

/** Bytes of memory, by the parts of a side. */
export interface MemoryBytes {
  readonly server: number;
  readonly store: number;
  readonly engine: number;
}

export interface MemoryWatch {
  /** What all processes held when they held most together; undefined where it cannot be read. */
  stop(): MemoryBytes | undefined;
}

const intervalMs = 250;

/** Watches the memory of a process and all below it. */
export function watchMemory(rootPid: number): MemoryWatch {
  let most: MemoryBytes | undefined;
  const look = () => {
    const now = readMemory(rootPid);
    if (now !== undefined && (most === undefined || totalOf(now) > totalOf(most))) most = now;
  };
  const timer = setInterval(look, intervalMs);
  look();
  return {
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

export function totalOf({ server, store, engine }: MemoryBytes): number {
  return server + store + engine;
}

function readMemory(rootPid: number): MemoryBytes | undefined {
  const stats = readStats();
  if (stats === undefined) return undefined;
  const total = { server: 0, store: 0, engine: 0 };
  for (const { stat, part } of processesBelow(rootPid, stats)) total[part] += readProportionalBytes(stat.pid);
  return total;
}

/** What processes share (their program, their libraries, PostgreSQL's buffers) counts once, divided among them: PSS in proc(5). */
function readProportionalBytes(pid: number): number {
  try {
    const [, kibibytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1")) ?? [];
    return Number(kibibytes ?? 0) * 1_024;
  } catch {
    // It ended in between.
    return 0;
  }
}
