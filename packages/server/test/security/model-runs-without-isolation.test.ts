import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cannotIsolate } from "../support/isolation.js";

const command = fileURLToPath(new URL("../../../cli/bin/millrace.js", import.meta.url));

/** As in a container that may make no namespaces; only root can give that right away. */
const withoutNamespaces = ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "--"];

describe.skipIf(cannotIsolate || process.getuid?.() !== 0)("if models cannot be isolated", () => {
  let dataDirectory: string;
  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), "millrace-isolation-"));
  });
  afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

  const start = (environment: Record<string, string>) => {
    const serve = [process.execPath, command, "serve", "--port", "0", "--data", dataDirectory];
    const child = spawn("setpriv", [...withoutNamespaces, ...serve], {
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    return { child, exited: once(child, "exit"), output: () => output };
  };

  it("a server that requires isolation does not start and says what is missing", async () => {
    const { exited, output } = start({ MILLRACE_ISOLATION: "required" });
    expect((await exited)[0]).not.toBe(0);
    expect(output()).toMatch(/MILLRACE_ISOLATION is required, and models cannot be isolated: bubblewrap cannot/);
  });

  it("any other server starts, warns once and reports it in its health", async () => {
    const { child, exited, output } = start({});
    const address = () => /API\s+(http:\S+)\/api/.exec(output())?.[1];
    await expect.poll(address).toBeDefined();
    const health = await (await fetch(`${address()}/api/health`)).json();
    expect(health).toMatchObject({ isolation: { isolated: false } });
    expect(output().match(/models are not isolated: deploy only models that you trust/g)).toHaveLength(1);
    child.kill("SIGTERM");
    await exited;
  });
});
