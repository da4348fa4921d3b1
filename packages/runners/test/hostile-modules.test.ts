import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineCrashedError, startEngine, type Engine, type ModelManifest } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const neverAborted = new AbortController().signal;
const run = (engine: Engine, texts: string[], signal = neverAborted) =>
  engine.run(
    texts.map((text) => ({ input: Buffer.from(text) })),
    { explain: false, signal },
  );

describe("modules that misbehave", () => {
  let directory: string;
  const engines: Engine[] = [];

  const start = async (code: string, overrides: Partial<ModelManifest> = {}): Promise<Engine> => {
    await writeFile(join(directory, "model.mjs"), code);
    const manifest = exampleManifest({
      name: "Hostile",
      directory,
      runner: { kind: "module", file: "model.mjs" },
      ...overrides,
    });
    const engine = await startEngine(manifest, { signal: neverAborted, name: "hostile" });
    engines.push(engine);
    return engine;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-module-"));
    await chmod(directory, 0o755);
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
    await rm(directory, { recursive: true, force: true });
  });

  const runs = (body: string) => `export const load = () => ({ run(batch) { ${body} } });`;

  it("an Error for one input fails only that input", async () => {
    const engine = await start(
      runs('return batch.map(({input}) => input.length > 1 ? new Error("too long") : {"results.json": 1});'),
    );
    expect(await run(engine, ["a", "bb"])).toMatchObject([
      { succeeded: true },
      { succeeded: false, error: "too long" },
    ]);
  });

  it.each([
    ["the wrong number of answers", "return [];", /one answer for each of 1 inputs; it returned 0/],
    ["no array", "return 7;", /returned no array \(number\)/],
    ["a thrown string", 'throw "just a string";', /just a string/],
    ["a thrown null", "throw null;", /null/],
    ["a rejected promise", 'return Promise.reject(new Error("late"));', /late/],
  ])("%s rejects the run with an error and leaves the engine usable", async (_name, body, message) => {
    const engine = await start(
      runs(`if (batch[0].input[0] === 33) { ${body} } return batch.map(() => ({"results.json": 1}));`),
    );
    await expect(run(engine, ["!"])).rejects.toThrow(message);
    await expect(run(engine, ["!"])).rejects.not.toBeInstanceOf(EngineCrashedError);
    expect(await run(engine, ["fine"])).toMatchObject([{ succeeded: true }]);
  });

  it.each([
    ["null", "null"],
    ["a number", "7"],
    ["a value that is no JSON", "({'results.json': 10n})"],
    ["a circular value", "(() => { const a = {}; a.a = a; return {'results.json': a}; })()"],
  ])("%s as a result fails its input", async (_name, answer) => {
    const engine = await start(runs(`return batch.map(() => ${answer});`));
    expect(await run(engine, ["x"])).toMatchObject([{ succeeded: false, error: expect.stringMatching(/Hostile/) }]);
  });

  it.each([
    ["process.exit()", "process.exit(3);", /exited with code 3/],
    [
      "a signal to its own process",
      'process.kill(process.pid, "SIGKILL"); return new Promise(() => {});',
      /was killed by SIGKILL/,
    ],
    ["an abort in native code", "process.abort();", /was killed by SIGABRT/],
    [
      "an error outside of the run",
      'setTimeout(() => { throw new Error("behind your back"); }, 0); return new Promise(() => {});',
      /behind your back/,
    ],
    [
      "more objects than its memory holds",
      "const hog = []; for (;;) hog.push(new Array(1e5).fill({}));",
      /128 MiB of memory/,
    ],
    ["one allocation beyond its memory", "const hog = [1.5]; for (;;) hog.push(1.5);", /128 MiB of memory/],
    [
      "more memory outside of the heap than allowed",
      "const hog = []; const grow = () => { hog.push(Buffer.alloc(5e7, 1)); setTimeout(grow, 10); }; grow(); return new Promise(() => {});",
      /more than its 128 MiB of memory/,
    ],
  ])("%s ends only the engine", async (_name, body, message) => {
    const engine = await start(runs(body));
    const crash = run(engine, ["x"]);
    await expect(crash).rejects.toThrow(message);
    await expect(crash).rejects.toBeInstanceOf(EngineCrashedError);
    await expect(run(engine, ["x"])).rejects.toBeInstanceOf(EngineCrashedError);
  });

  it("an endless loop ends at the manifest's time limit", async () => {
    const engine = await start(runs("for (;;);"), { runTimeoutMs: 200 });
    await expect(run(engine, ["x"])).rejects.toThrow(/did not answer within 200 ms/);
  });

  it("an abort rejects at once and kills a model that continues", async () => {
    const engine = await start(runs("for (;;);"));
    const controller = new AbortController();
    const aborted = run(engine, ["x"], controller.signal);
    controller.abort(new Error("cancelled by the caller"));
    await expect(aborted).rejects.toThrow("cancelled by the caller");
    await expect(run(engine, ["y"])).rejects.toBeInstanceOf(EngineCrashedError);
  });

  it.each([
    ["without load()", "export const other = 1;", /does not export a function "load"/],
    [
      "with a load() that throws",
      'export const load = () => { throw new Error("no weights"); };',
      /Hostile 1\.0\.0 cannot be loaded: no weights/,
    ],
    [
      "with a load() that returns nothing",
      "export const load = () => {};",
      /did not return an object with a function "run"/,
    ],
    ["with a syntax error", "export const = ;", /cannot be loaded/],
    ["that exits while loading", "process.exit(1);", /exited with code 1/],
  ])("rejects a module %s", async (_name, code, message) => {
    await expect(start(code)).rejects.toThrow(message);
  });

  it("a load that hangs ends at the manifest's time limit", async () => {
    await expect(
      start("export const load = () => new Promise(() => setInterval(() => {}, 1000));", { loadTimeoutMs: 200 }),
    ).rejects.toThrow(/not loaded within 200 ms/);
  });

  it("a run leaves the caller's bytes intact", async () => {
    const engine = await start(runs('return batch.map(({input}) => ({"results.json": input.length}));'));
    const bytes = Buffer.from("shared with others");
    await engine.run([{ input: bytes }], { explain: false, signal: neverAborted });
    expect(bytes.toString()).toBe("shared with others");
  });

  it("only the visible part of a view of a large buffer is sent, in both directions", async () => {
    const large = Buffer.alloc(8 * 2 ** 20, "x");
    const engine = await start(
      runs(`return batch.map(({input}) => ({
        "results.json": input.buffer.byteLength,
        "echo": Buffer.concat([input, Buffer.alloc(4096)]).subarray(0, 3),
      }));`),
    );
    const [outcome] = await engine.run([{ input: large.subarray(0, 5) }], { explain: false, signal: neverAborted });
    if (outcome?.succeeded !== true) throw new Error(outcome?.error);
    expect(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()).toBe("5");
    const echo = outcome.outputs["echo"]?.bytes;
    expect(Buffer.from(echo ?? []).toString()).toBe("xxx");
    expect(echo?.buffer.byteLength).toBe(3);
    expect(large.length).toBe(8 * 2 ** 20);
  });

  it("a model does not see the environment of the server", async () => {
    process.env["MILLRACE_TEST_SECRET"] = "hush";
    try {
      const engine = await start(runs('return [{"results.json": process.env.MILLRACE_TEST_SECRET ?? "nothing"}];'));
      const [outcome] = await run(engine, ["x"]);
      if (outcome?.succeeded !== true) throw new Error(outcome?.error);
      expect(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()).toBe('"nothing"');
    } finally {
      delete process.env["MILLRACE_TEST_SECRET"];
    }
  });

  it("two concurrent closes both resolve, and running calls reject", async () => {
    const engine = await start(runs("return new Promise(() => {});"));
    const running = run(engine, ["x"]);
    const closed = Promise.all([engine.close(), engine.close()]);
    await expect(running).rejects.toThrow(/was closed/);
    await closed;
    await expect(run(engine, ["x"])).rejects.toBeInstanceOf(EngineCrashedError);
  });

  it("aborting before or during loading cancels the start", async () => {
    await writeFile(
      join(directory, "model.mjs"),
      "export const load = () => new Promise(() => setInterval(() => {}, 1000));",
    );
    const manifest = exampleManifest({ directory, runner: { kind: "module", file: "model.mjs" } });
    const early = AbortSignal.abort(new Error("not at all"));
    await expect(startEngine(manifest, { signal: early, name: "x" })).rejects.toThrow("not at all");
    const controller = new AbortController();
    const starting = startEngine(manifest, { signal: controller.signal, name: "x" });
    controller.abort(new Error("no longer wanted"));
    await expect(starting).rejects.toThrow("no longer wanted");
  });

  it("what a model prints goes to standard error, with its name", async () => {
    const programme = `
      import { startEngine } from "@millrace/runners";
      const { signal } = new AbortController();
      const engine = await startEngine(JSON.parse(process.argv[1]), { signal, name: "talkative" });
      await engine.run([{ input: new Uint8Array(1) }], { explain: false, signal });
      await engine.close();
      console.log("answer");`;
    await writeFile(join(directory, "model.mjs"), runs('console.log("chatter"); return [{"results.json": 1}];'));
    const manifest = exampleManifest({ directory, runner: { kind: "module", file: "model.mjs" } });
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", programme, JSON.stringify(manifest)],
      { cwd: import.meta.dirname },
    );
    expect(stdout).toBe("answer\n");
    expect(stderr).toBe(`model ${manifest.identifier}@${manifest.version}: chatter\n`);
  });
});
