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
  const stats = readStats();
  return stats && cpuSecondsOf(rootPid, stats);
}

/** All processes; undefined where there is no `/proc`. */
export function readStats(): ProcessStat[] | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? readStat(name) : []));
}

/** Adds up the processes at and below `rootPid`. Connections of PostgreSQL that have ended are counted by their parent. */
export function cpuSecondsOf(rootPid: number, stats: readonly ProcessStat[]): CpuSeconds {
  const total = { server: 0, store: 0, engine: 0 };
  for (const { stat, part } of processesBelow(rootPid, stats))
    total[part] += stat.cpuSeconds + (part === "store" ? stat.endedChildrenSeconds : 0);
  return total;
}

/** The processes at and below `rootPid`, each with the part of the side that it is. */
export function processesBelow(
  rootPid: number,
  stats: readonly ProcessStat[],
): { readonly stat: ProcessStat; readonly part: keyof CpuSeconds }[] {
  const childrenOf = groupByParent(stats);
  const partOf = ({ pid, command }: ProcessStat) =>
    pid === rootPid ? "server" : stores.has(command) ? "store" : "engine";
  const below = (stat: ProcessStat): ReturnType<typeof processesBelow> => [
    { stat, part: partOf(stat) },
    ...(childrenOf.get(stat.pid) ?? []).flatMap(below),
  ];
  return stats.filter(({ pid }) => pid === rootPid).flatMap(below);
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
