import type { JobStatus } from "@millrace/contract";
import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobChangeListener, JobChanges } from "../../src/jobs/job-changes.js";
import { createJobWatch, type JobWatch } from "../../src/jobs/watch-jobs.js";
import { createLog } from "../../src/telemetry/log.js";

// Longer than the pause between two looks, and shorter than until all followed jobs are looked at.
const soonMs = 100;

describe("followed jobs", () => {
  let rows: Map<number, { id: number; status: JobStatus; completed: number; hasEnded: boolean }>;
  let looks: number[][];
  let tell: JobChangeListener;
  let isHeard: boolean;
  /** How long the database takes for a look. */
  let lookMs: number;
  let watch: JobWatch;
  beforeEach(() => {
    vi.useFakeTimers();
    rows = new Map();
    looks = [];
    isHeard = true;
    lookMs = 0;
    const pool = {
      query: async (_sql: string, [jobIds]: [number[]]) => {
        looks.push(jobIds);
        if (lookMs > 0) await new Promise((resolve) => setTimeout(resolve, lookMs));
        return { rows: jobIds.map((id) => ({ ...rows.get(id) })) };
      },
    };
    const changes: JobChanges = {
      note: () => undefined,
      listen: (listener) => {
        tell = listener;
        return () => undefined;
      },
      isHeard: () => isHeard,
      close: async () => undefined,
    };
    watch = createJobWatch({ pool: pool as unknown as Pool, changes, log: createLog("silent") });
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  const set = (id: number, completed: number, status: JobStatus = "IN_PROGRESS") =>
    rows.set(id, { id, status, completed, hasEnded: status === "COMPLETED" });
  /** What a follower of this job has seen so far. */
  const follow = (id: number) => {
    const seen: number[] = [];
    const ended = (async () => {
      for await (const { completed } of watch.changes(id, new AbortController().signal)) seen.push(completed);
    })();
    return { seen, ended };
  };
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  it("are read at once when they are told to have changed, and only those", async () => {
    set(1, 0);
    set(2, 0);
    const [one, two] = [follow(1), follow(2)];
    await pass(soonMs);
    set(1, 5);
    set(2, 5);
    looks.length = 0;
    tell([1, 3]);
    await pass(soonMs);
    expect(looks).toEqual([[1]]);
    expect([one.seen, two.seen]).toEqual([[0, 5], [0]]);
  });

  it("are read seldom while nothing is told, and all of them when something may have been missed", async () => {
    set(1, 0);
    const { seen } = follow(1);
    await pass(soonMs);
    set(1, 5);
    await pass(soonMs);
    expect(seen).toEqual([0]);
    tell(null);
    await pass(soonMs);
    expect(seen).toEqual([0, 5]);
    set(1, 6);
    await pass(2_000);
    expect(seen).toEqual([0, 5, 6]);
  });

  it("are read often where nothing can be told", async () => {
    isHeard = false;
    set(1, 0);
    const { seen } = follow(1);
    await pass(soonMs);
    set(1, 5);
    await pass(200);
    expect(seen).toEqual([0, 5]);
  });

  it("that change all the time take a quarter of the time at most, and are read often", async () => {
    set(1, 0);
    lookMs = 2;
    follow(1);
    await pass(soonMs);
    looks.length = 0;
    for (let ms = 0; ms < 200; ms += 1) {
      tell([1]);
      await pass(1);
    }
    expect(looks.length).toBeGreaterThan(10);
    expect(looks.length).toBeLessThanOrEqual(26);
  });

  it("lose no change that comes while a follower is busy", async () => {
    set(1, 0);
    const changes = watch.changes(1, new AbortController().signal);
    const first = changes.next();
    await pass(soonMs);
    expect((await first).value).toMatchObject({ completed: 0 });
    set(1, 9, "COMPLETED");
    tell([1]);
    await pass(soonMs);
    expect((await changes.next()).value).toMatchObject({ completed: 9, hasEnded: true });
    expect((await changes.next()).done).toBe(true);
  });
});
