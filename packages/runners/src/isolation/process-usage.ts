import { readFileSync } from "node:fs";

/** What a process and its descendants use. */
export interface ProcessUsage {
  /** Their memory. */
  readonly residentBytes: number;
  /** CPU time of them and their ended children, in ms. */
  readonly processorMs: number;
  /** Their pids, parents before children. */
  readonly pids: readonly number[];
}

// Linux counts processor time in hundredths of a second for every program (USER_HZ).
const tickMs = 10;

/** Reads Linux's /proc; all values are 0 or empty if the process or /proc does not exist. */
export function readProcessUsage(pid: number): ProcessUsage {
  const status = read(`/proc/${pid}/status`);
  const stat = read(`/proc/${pid}/stat`);
  const children = read(`/proc/${pid}/task/${pid}/children`);
  // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime; the second, the program's name, may hold spaces.
  const ticks = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  const below = children
    .split(" ")
    .filter(Boolean)
    .map((child) => readProcessUsage(Number(child)));
  return below.reduce<ProcessUsage>(
    (sum, one) => ({
      residentBytes: sum.residentBytes + one.residentBytes,
      processorMs: sum.processorMs + one.processorMs,
      pids: [...sum.pids, ...one.pids],
    }),
    {
      residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024,
      processorMs: ticks.reduce((sum, count) => sum + Number(count) * tickMs, 0),
      pids: status === "" ? [] : [pid],
    },
  );
}

/** Empty if the process exits while it is being measured. */
function read(file: string): string {
  try {
    // The kernel answers from memory, in less time than another thread would be told to.
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
