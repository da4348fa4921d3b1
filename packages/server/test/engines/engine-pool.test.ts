import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelManifest } from "@millrace/runners";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { startGrpcServer } from "../../../runners/test/model-servers/grpc-server.mjs";
import { useSkippableTime } from "../support/skippable-time.js";
import { watchModelOutput } from "../support/model-output.js";
import { createEnginePool, type EnginePool, type EnginePoolOptions } from "../../src/engines/engine-pool.js";

const log = pino({ level: "silent" });
const { signal } = new AbortController();
const files = (...texts: string[]) => texts.map((text) => ({ input: Buffer.from(text) }));

/** Answers the size of the batch that an input was run in; "raise", "exit", "exit later", "hang" and "slow" do what they say. */
const model = `
export const load = () => {
  console.log("loaded");
  return {
    async run(batch) {
      const texts = batch.map(({ input }) => Buffer.from(input).toString());
      console.log("batch of " + texts.length);
      if (texts.includes("raise")) throw new Error("the model raised");
      if (texts.includes("exit")) process.exit(1);
      if (texts.includes("exit later")) setTimeout(() => process.exit(1), 20);
      if (texts.includes("hang")) {
        console.log("hangs");
        for (;;);
      }
      if (texts.includes("slow")) await new Promise((resolve) => setTimeout(resolve, 150));
      return texts.map((text) => ({ "results.json": { text, batch: texts.length } }));
    },
  };
};`;

/** No engine is this slow, however busy the machine is; see `endHangs`. */
const runTimeoutMs = 600_000;

describe("engines", () => {
  const skip = useSkippableTime();
  let directory: string;
  let pool: EnginePool;
  const closers: (() => unknown)[] = [];

  const open = (options: Partial<EnginePoolOptions> = {}) => {
    pool = createEnginePool({ log, ...options });
    closers.push(() => pool.close());
  };
  const version = (overrides: Partial<ModelManifest> = {}, maximumEngines = 1) => ({
    maximumEngines,
    manifest: exampleManifest({ directory, runner: { kind: "module", file: "model.mjs" }, ...overrides }),
  });
  const run = async (of: ReturnType<typeof version>, ...texts: string[]) => {
    const { outcomes } = await pool.run(of, files(...texts), { explain: false, signal });
    return outcomes.map((outcome) =>
      outcome.succeeded
        ? (JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()) as object)
        : outcome.error,
    );
  };
  let printed: () => string;
  const batches = () => [...printed().matchAll(/^batch of (\d+)$/gm)].map(([, size]) => Number(size));

  /** Lets the time limit of every run that hangs end as soon as it does. */
  const endHangs = () => {
    let seen = 0;
    const timer = setInterval(() => {
      const hangs = [...printed().matchAll(/^hangs$/gm)].length;
      if (hangs > seen) skip(runTimeoutMs);
      seen = hangs;
    }, 10);
    closers.push(() => clearInterval(timer));
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-pool-"));
    await chmod(directory, 0o755);
    await writeFile(join(directory, "model.mjs"), model);
    printed = watchModelOutput();
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await rm(directory, { recursive: true, force: true });
  });

  describe("batches of different callers", () => {
    it("share a run while the engine is busy, up to the batch size", async () => {
      open();
      const of = version({ maximumBatchSize: 4 });
      const first = run(of, "slow");
      const others = ["a", "b", "c", "d", "e"].map((text) => run(of, text));
      expect(await first).toEqual([{ text: "slow", batch: 1 }]);
      expect(await Promise.all(others)).toEqual([
        [{ text: "a", batch: 4 }],
        [{ text: "b", batch: 4 }],
        [{ text: "c", batch: 4 }],
        [{ text: "d", batch: 4 }],
        [{ text: "e", batch: 1 }],
      ]);
    });

    it("wait to be filled as long as the version says, and no longer", async () => {
      open();
      const of = version({ maximumBatchSize: 8, maximumBatchDelayMs: 100 });
      expect(await Promise.all([run(of, "a"), run(of, "b", "c")])).toEqual([
        [{ text: "a", batch: 3 }],
        [
          { text: "b", batch: 3 },
          { text: "c", batch: 3 },
        ],
      ]);
      expect(await run(of, "alone")).toEqual([{ text: "alone", batch: 1 }]);
    });

    it("do not wait when the batch is full", async () => {
      open();
      const of = version({ maximumBatchSize: 2, maximumBatchDelayMs: 60_000 });
      expect(await Promise.all([run(of, "a"), run(of, "b")])).toHaveLength(2);
    });

    it.each([
      ["an error", "raise", /^Example 1\.0\.0 failed: the model raised$/],
      ["a crash", "exit", /^The process of Example 1\.0\.0 exited with code 1\./],
      ["an endless loop", "hang", /^Example 1\.0\.0 did not answer within 600000 ms, the limit of its model\.yaml\.$/],
    ])("%s fails only the input at fault, even in a batch with inputs of another job", async (_name, text, message) => {
      open();
      endHangs();
      const of = version({ maximumBatchSize: 8, maximumBatchDelayMs: 50, runTimeoutMs });
      expect(await Promise.all([run(of, "a", "b", text, "c"), run(of, "d")])).toEqual([
        [
          { text: "a", batch: expect.any(Number) },
          { text: "b", batch: expect.any(Number) },
          expect.stringMatching(message),
          { text: "c", batch: 1 },
        ],
        [{ text: "d", batch: 1 }],
      ]);
      await expect.poll(() => batches()[0]).toBe(5);
    });

    it("bisects a batch to find the one input at fault", async () => {
      open();
      const texts = Array.from({ length: 32 }, (_, index) => (index === 21 ? "raise" : `${index}`));
      const answers = await run(version({ maximumBatchSize: 32 }), ...texts);
      expect(answers.flatMap((answer, index) => (typeof answer === "string" ? [index] : []))).toEqual([21]);
      await expect.poll(() => batches().length).toBe(1 + 2 * Math.log2(32));
    });

    it("other callers take turns while a batch is bisected", async () => {
      open();
      endHangs();
      const of = version({ maximumBatchSize: 2, runTimeoutMs });
      const order: string[] = [];
      const hanging = run(of, "hang", "hang").then((answers) => (order.push("hanging"), answers));
      const other = run(of, "a").then(() => order.push("other"));
      await Promise.all([hanging, other]);
      expect(order).toEqual(["other", "hanging"]);
    });

    it("retries an input whose engine was killed by the one before", async () => {
      open();
      const of = version({ maximumBatchSize: 1 });
      await run(of, "exit later");
      expect(await run(of, "slow")).toEqual([{ text: "slow", batch: 1 }]);
      await expect.poll(() => printed().match(/^loaded$/gm)).toHaveLength(2);
    });

    it("an aborted caller does not affect the others", async () => {
      open();
      const of = version({ maximumBatchSize: 8 });
      const first = run(of, "slow");
      const controller = new AbortController();
      const leaving = pool.run(of, files("x"), { explain: false, signal: controller.signal });
      const staying = run(of, "y");
      controller.abort(new Error("cancelled"));
      await expect(leaving).rejects.toThrow("cancelled");
      await first;
      expect(await staying).toEqual([{ text: "y", batch: 1 }]);
    });
  });

  describe("a version that cannot be loaded", () => {
    const broken = { file: "absent.mjs", kind: "module" };

    it("is tried three times, then out of service with a visible reason", async () => {
      open({ breaker: { firstPauseMs: 1 } });
      const of = version({ runner: broken });
      await expect(run(of, "a")).rejects.toThrow(
        /^Example 1\.0\.0 is out of service until .*: it failed to load 3 times in a row\. .*absent\.mjs/,
      );
      expect(pool.engines()).toMatchObject([
        { name: "abcdefghij-1.0.0", state: "failed", reason: expect.stringContaining("absent.mjs") as string },
      ]);
    });

    it("is loaded once loading works again", async () => {
      open({ breaker: { firstPauseMs: 1, restMs: 1 } });
      const of = version({ runner: broken });
      await expect(run(of, "a")).rejects.toThrow(/out of service/);
      await writeFile(join(directory, "absent.mjs"), model);
      // A module that was not found is not looked for again by the thread that did; each try has a thread of its own.
      await expect.poll(() => run(of, "a").catch(() => "out of service")).toEqual([{ text: "a", batch: 1 }]);
      expect(pool.engines()).toMatchObject([{ state: "ready" }]);
    });

    it("a failing version does not block its waiters", async () => {
      open({ breaker: { firstPauseMs: 1 } });
      const of = version({ runner: broken });
      const explained = pool.run(of, files("a"), { explain: true, signal });
      const results = await Promise.allSettled([run(of, "a"), explained, run(of, "b")]);
      expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    });
  });

  it("that die while idle are not used again", async () => {
    open();
    const of = version();
    await run(of, "exit later");
    await expect.poll(() => pool.engines()).toEqual([]);
    expect(await run(of, "a")).toEqual([{ text: "a", batch: 1 }]);
  });

  it("that die repeatedly are reloaded after growing pauses with a visible reason; every input gets its attempt", async () => {
    open({ breaker: { longestCrashPauseMs: 40 } });
    const of = version();
    const died = expect.stringMatching(/^The process of Example 1\.0\.0 exited with code 1\./) as string;
    expect(await run(of, "exit", "exit", "exit", "exit")).toEqual([died, died, died, died]);
    expect(pool.engines()).toMatchObject([
      { state: "failed", reason: expect.stringMatching(/died \d+ times in a row.*exited with code 1/) as string },
    ]);
    expect(await run(of, "a")).toEqual([{ text: "a", batch: 1 }]);
    expect(pool.engines()).toMatchObject([{ state: "ready" }]);
  });

  it("of a version that was deleted and redeployed are reloaded", async () => {
    open();
    await run(version({ revision: "first" }), "a");
    const [before] = pool.engines();
    await run(version({ revision: "second" }), "a");
    await expect.poll(() => pool.engines()).toHaveLength(1);
    expect(pool.engines()[0]?.name).not.toBe(before?.name);
  });

  it("of a redeployed version do not show the failures of the previous one", async () => {
    open({ breaker: { firstPauseMs: 1 } });
    const before = version({ revision: "first", runner: { kind: "module", file: "absent.mjs" } });
    await expect(run(before, "a")).rejects.toThrow(/out of service/);
    await run(version({ revision: "second" }), "a");
    expect(pool.engines()).toMatchObject([{ state: "ready" }]);
  });

  it("whose server goes away while idle are detected and replaced", async () => {
    open({ healthIntervalMs: 20 });
    const server = await startGrpcServer();
    const port = Number(server.address.split(":")[1]);
    const of = version({ runner: { kind: "grpc-container", address: server.address } });
    expect(await run(of, "a")).toEqual([{ data: { result: { sizeBytes: 1 }, explanation: null } }]);
    server.close();
    await expect.poll(() => pool.engines()).toEqual([]);
    const next = await startGrpcServer({ port });
    closers.push(next.close);
    expect(await run(of, "ab")).toEqual([{ data: { result: { sizeBytes: 2 }, explanation: null } }]);
  });

  it("that are healthy survive their health checks", async () => {
    open({ healthIntervalMs: 10 });
    const server = await startGrpcServer();
    closers.push(server.close);
    await run(version({ runner: { kind: "grpc-container", address: server.address } }), "a");
    const [before] = pool.engines();
    await expect.poll(() => server.calls.statuses).toBeGreaterThan(3);
    expect(pool.engines()[0]?.name).toBe(before?.name);
  });

  it("share the memory: idle ones are closed, busy ones take turns, and none starves", async () => {
    const memoryBytes = version().manifest.memoryBytes;
    open({ memoryBytes: memoryBytes * 1.5 });
    const [one, other] = [version({ version: "1.0.0" }), version({ version: "2.0.0" })];
    await run(one, "a");
    expect(pool.requested().memoryBytes).toBe(memoryBytes);
    await run(other, "a");
    expect(pool.engines().map((engine) => engine.version)).toEqual(["2.0.0"]);
    const seen = new Set<number>();
    const both = Promise.all(
      [one, other, one, other].map(async (of) => {
        await run(of, "slow");
        seen.add(pool.requested().memoryBytes);
      }),
    );
    await both;
    expect(Math.max(...seen)).toBe(memoryBytes);
  });
});
