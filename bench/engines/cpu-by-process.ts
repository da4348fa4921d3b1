import { existsSync, readdirSync, readFileSync } from "node:fs";

/** CPU seconds that the processes of a side have used so far. */
export interface CpuSeconds {
  /** The side's first process: Millrace's server, or a peer's program. */
  readonly server: number;
  /** PostgreSQL or Redis. */
  readonly store: number;
  /** Everything else below it: the processes of models. */
  readonly engine: number;
}

/** One line of `/proc/<pid>/stat`, as far as it is needed. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Of the process itself. */
  readonly cpuSeconds: number;
  /** Of its children that have ended. */
  readonly endedChildrenSeconds: number;
}

const ticksPerSecond = 100;
const stores = new Set(["postgres", "redis-server"]);

/** Reads the CPU time of a process and all below it; undefined where there is no `/proc`. */
export function readCpuSeconds(rootPid: number): CpuSeconds | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? readStat(name) : []));
  return cpuSecondsOf(rootPid, stats);
}

/** Adds up the processes at and below `rootPid`. Connections of PostgreSQL that have ended are counted by their parent. */
export function cpuSecondsOf(rootPid: number, stats: readonly ProcessStat[]): CpuSeconds {
  const childrenOf = groupByParent(stats);
  const total = { server: 0, store: 0, engine: 0 };
  const add = (stat: ProcessStat): void => {
    if (stat.pid === rootPid) total.server += stat.cpuSeconds;
    else if (stores.has(stat.command)) total.store += stat.cpuSeconds + stat.endedChildrenSeconds;
    else total.engine += stat.cpuSeconds;
    for (const child of childrenOf.get(stat.pid) ?? []) add(child);
  };
  for (const stat of stats) if (stat.pid === rootPid) add(stat);
  return total;
}

/** What was used between two readings. */
export function cpuBetween(before: CpuSeconds | undefined, after: CpuSeconds | undefined): CpuSeconds | undefined {
  if (before === undefined || after === undefined) return undefined;
  return {
    server: after.server - before.server,
    store: after.store - before.store,
    engine: after.engine - before.engine,
  };
}

function groupByParent(stats: readonly ProcessStat[]): Map<number, ProcessStat[]> {
  const groups = new Map<number, ProcessStat[]>();
  for (const stat of stats) groups.set(stat.parent, [...(groups.get(stat.parent) ?? []), stat]);
  return groups;
}

function readStat(pid: string): ProcessStat[] {
  try {
    return [parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"))];
  } catch {
    // It ended in between.
    return [];
  }
}

/** The command is in parentheses, and may contain any character, also those. */
export function parseStat(line: string): ProcessStat {
  const open = line.indexOf("(");
  const close = line.lastIndexOf(")");
  // proc(5): the third field, the state, comes first here.
  const fields = line.slice(close + 2).split(" ");
  const secondsAt = (field: number) => Number(fields[field - 3]) / ticksPerSecond;
  return {
    pid: Number(line.slice(0, open)),
    command: line.slice(open + 1, close),
    parent: Number(fields[1]),
    cpuSeconds: secondsAt(14) + secondsAt(15),
    endedChildrenSeconds: secondsAt(16) + secondsAt(17),
  };
}
