import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/index.js";
import { findFreePort } from "../../src/isolation/free-port.js";
import { answer, answers, connect, input, signal } from "./fixture.js";

/** A published server of the protocol, where this machine's Python has it. */
describe.skipIf(!hasMlServer()).each(["http", "grpc"])("MLServer over %s", (transport) => {
  let directory: string;
  let stop: () => Promise<unknown>;
  let engine: Engine;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-mlserver-"));
    await cp(fileURLToPath(new URL("../model-servers/mlserver", import.meta.url)), directory, { recursive: true });
    const [http, grpc, metrics] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const settings = {
      host: "127.0.0.1",
      http_port: http,
      grpc_port: grpc,
      metrics_port: metrics,
      parallel_workers: 0,
    };
    await writeFile(join(directory, "settings.json"), JSON.stringify(settings));
    const server = spawn("mlserver", ["start", directory], {
      stdio: "ignore",
      env: { ...process.env, PYTHONPATH: directory },
    });
    stop = () => {
      const exited = once(server, "exit");
      server.kill("SIGTERM");
      return exited;
    };
    const address = transport === "http" ? `http://127.0.0.1:${http}` : `grpc://127.0.0.1:${grpc}`;
    engine = await connect(address);
  });
  afterAll(async () => {
    await engine?.close();
    await stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("answers a batch", async () => {
    const found = await answers(engine, input("[1, 2, 3]", "abc"), input("[0.5, 0, 0]", "grüße"));
    expect(found.map((one) => JSON.stringify(one).replace(/[[\]]/g, ""))).toEqual(
      [answer(6, "cba"), answer(0.5, "eßürg")].map((one) => JSON.stringify(one)),
    );
  });

  it("says what went wrong", async () => {
    await expect(answers(engine, input("[1, 2, 3]", "poison"))).rejects.toThrow(/the model raised/);
    await engine.checkHealth?.(signal);
  });
});

function hasMlServer(): boolean {
  try {
    execFileSync("python3", ["-c", "import mlserver"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
