import { expect, it } from "vitest";
import { cpuBetween, cpuSecondsOf, parseStat } from "../../../bench/engines/cpu-by-process.js";

const line = (pid: number, command: string, parent: number, ticks: number, endedTicks = 0) =>
  `${pid} (${command}) S ${parent} 1 1 0 -1 4194560 1 0 0 0 ${ticks} ${ticks} ${endedTicks} 0 20 0 1 0 100`;

it("a process may have any name", () => {
  expect(parseStat(line(7, "a) S 9 (b", 3, 50, 100))).toEqual({
    pid: 7,
    command: "a) S 9 (b",
    parent: 3,
    cpuSeconds: 1,
    endedChildrenSeconds: 1,
  });
});

it("the CPU time of a side is split into its server, its store and the rest", () => {
  const stats = [
    line(1, "node", 0, 1_000),
    line(10, "node", 1, 100, 5_000),
    line(11, "postgres", 10, 10, 40),
    line(12, "postgres", 11, 20),
    line(13, "bwrap", 10, 0),
    line(14, "node", 13, 30),
    line(20, "postgres", 1, 700),
  ].map(parseStat);
  const cpu = cpuSecondsOf(10, stats);
  expect(cpu.server).toBeCloseTo(2);
  expect(cpu.store).toBeCloseTo(1);
  expect(cpu.engine).toBeCloseTo(0.6);
  expect(cpuBetween(cpu, { server: 3, store: 1.5, engine: 0.6 })?.store).toBeCloseTo(0.5);
  expect(cpuBetween(undefined, cpu)).toBeUndefined();
});
