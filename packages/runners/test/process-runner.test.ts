import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { startEngine, type Engine, type ModelManifest } from "../src/index.js";
import { startModelProcess } from "../src/isolation/model-process.js";
import { exampleManifest } from "./example-manifest.js";

const { signal } = new AbortController();
const directory = fileURLToPath(new URL("model-servers", import.meta.url));
const files = (...texts: string[]) => texts.map((text) => ({ input: Buffer.from(text) }));
const run = (engine: Engine, ...texts: string[]) => engine.run(files(...texts), { explain: false, signal });

describe("a model in a process of its own", () => {
  const engines: Engine[] = [];

  const start = async (command: string[], overrides: Partial<ModelManifest> = {}, environment = {}) => {
    const runner = { kind: "process", command, protocol: "grpc-container", environment };
    const manifest = exampleManifest({ directory, runner, memoryBytes: 512 * 2 ** 20 });
    const engine = await startEngine({ ...manifest, ...overrides }, { signal, name: "process-1" });
    engines.push(engine);
    return engine;
  };
  const serving = [process.execPath, "grpc-server.mjs"];

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
  });

  it("is started on its own port and called there", async () => {
    const [one, other] = await Promise.all([start(serving), start(serving)]);
    expect(await run(one, "a", "b")).toMatchObject([{ succeeded: true }, { succeeded: true }]);
    expect(await run(other, "a")).toMatchObject([{ succeeded: true }]);
  });

  it("that exits during a run crashes only its engine, with its exit code", async () => {
    const engine = await start(serving);
    await expect(run(engine, "exit")).rejects.toThrow(/exited with code 3|cannot be reached/);
    await expect(run(engine, "good")).rejects.toThrow(/exited with code 3|cannot be reached/);
  });

  it("that exits before it is ready is reported at once with its output", async () => {
    const code = "console.error('cannot find my weights'); process.exit(7)";
    await expect(start([process.execPath, "-e", code])).rejects.toThrow(
      "The process of Example 1.0.0 exited with code 7. Its last output: cannot find my weights",
    );
  });

  it("whose program does not exist is reported by its name", async () => {
    await expect(start(["no-such-program-anywhere"])).rejects.toThrow(/could not be started.*no-such-program-anywhere/);
  });

  it("that never becomes ready is killed at its time limit", async () => {
    const code = "setInterval(() => {}, 1000); console.error('pid', process.pid)";
    await expect(start([process.execPath, "-e", code], { loadTimeoutMs: 400 })).rejects.toThrow(
      /was not ready at 127\.0\.0\.1:\d+ within 400 ms/,
    );
  });

  it("that exceeds the memory in its model.yaml is killed with that reason", async () => {
    await expect(start([process.execPath, "hog.mjs"], { memoryBytes: 200 * 2 ** 20 })).rejects.toThrow(
      /was stopped: it used \d+ MiB, more than its 200 MiB of memory/,
    );
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "that uses more CPU time than its model.yaml allows is paused and resumed",
    async () => {
      const life = startModelProcess(exampleManifest({ directory, runner: { kind: "process" } }), {
        command: [process.execPath, "-e", "for (;;);"],
        directory,
        environment: {},
        memoryBytes: 2 ** 30,
        // Less than a crowded machine leaves it.
        processors: 0.05,
      });
      // Field 3 of proc(5), the state: T is stopped, R is running.
      const state = async () => /\) (\S)/.exec(await readFile(`/proc/${life.pid}/stat`, "utf8"))?.[1];
      await expect.poll(state).toBe("T");
      await expect.poll(state).toBe("R");
      await expect.poll(state).toBe("T");
      await life.stop();
    },
  );

  it("inherits no secrets from this process's environment", async () => {
    process.env["MILLRACE_MASTER_KEY"] = "secret-of-the-test";
    try {
      const code = "console.error(JSON.stringify(process.env)); process.exit(1)";
      const failure = await start([process.execPath, "-e", code], {}, { OWN: "value" }).catch((error: Error) => error);
      expect((failure as Error).message).toContain('"OWN":"value"');
      expect((failure as Error).message).not.toContain("secret-of-the-test");
    } finally {
      delete process.env["MILLRACE_MASTER_KEY"];
    }
  });

  it("ends with its engine, including its child processes", async () => {
    const engine = await start(["/bin/sh", "-c", `"${process.execPath}" grpc-server.mjs & wait`], {}, { MARK: "0815" });
    expect(await run(engine, "a")).toMatchObject([{ succeeded: true }]);
    const marked = () =>
      execFileSync("/bin/sh", ["-c", "grep -lz '^MARK=0815$' /proc/[0-9]*/environ 2>/dev/null || true"]).toString();
    expect(marked().trim().split("\n").length).toBeGreaterThanOrEqual(2);
    await engine.close();
    await expect.poll(marked).toBe("");
  });

  const whereThereIsPython = hasPythonWithGrpc() ? ([["python3", "grpc_server.py"]] as const) : [];
  it.each(whereThereIsPython)("can be %s %s without an adapter", async (python, file) => {
    const engine = await start([python, file]);
    expect(await run(engine, "hello", "fail", "you")).toMatchObject([
      { succeeded: true },
      { succeeded: false, error: "this input cannot be used" },
      { succeeded: true },
    ]);
  });
});

function hasPythonWithGrpc(): boolean {
  try {
    execFileSync("python3", ["-c", "import grpc, grpc_tools"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
