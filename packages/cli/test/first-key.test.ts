import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MillraceClient } from "@millrace/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServerProcess } from "../../server/test/support/server-process.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));
const environment = { PATH: process.env["PATH"] };

describe("the first key", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-first-key-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** What `millrace keys create --local` makes. */
  async function createLocally(): Promise<string> {
    const parameters = [command, "keys", "create", "--local", "--data", directory];
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env: environment });
    return /^(\S+\.\S{32})\n$/.exec(stdout)?.[1] ?? stdout;
  }

  async function signIn(url: string, key: string): Promise<number> {
    return (await fetch(`${url}/api/accounting/access-keys`, { headers: { authorization: `ApiKey ${key}` } })).status;
  }

  const has = (file: string) => () => existsSync(join(directory, file));
  it.each<[string, (output: string) => boolean]>([
    ["the master key is made", has("master.key")],
    ["PostgreSQL's files are made", has("database")],
    ["PostgreSQL starts", has("database/cluster/postmaster.pid")],
    ["it listens", (output) => output.includes("Server listening")],
    ["the key is shown", (output) => output.includes("API key")],
  ])("is not lost when the server is killed as %s", async (_moment, hasCome) => {
    const child = spawn(process.execPath, [command, "serve", "--port", "0", "--data", directory], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = once(child, "exit");
    try {
      await expect.poll(() => hasCome(output), { interval: 2 }).toBe(true);
    } finally {
      child.kill("SIGKILL");
    }
    await ended;

    const key = await createLocally();
    const server = await startServerProcess(directory, {});
    expect(await signIn(server.url, key)).toBe(200);
    await server.kill("SIGTERM");
  });

  it("can be made anew while the server runs, which the audit log tells", async () => {
    const server = await startServerProcess(directory, {});
    const keys = [await createLocally(), await createLocally()];
    for (const key of keys) expect(await signIn(server.url, key)).toBe(200);
    const client = new MillraceClient({ baseUrl: server.url, apiKey: keys[0] ?? "" });
    const told: unknown[] = [];
    for await (const { target } of client.audit.entries({ action: "millrace keys create --local" })) told.push(target);
    expect(told).toEqual(keys.toReversed().map((key) => ({ accessKey: key.split(".")[0] })));
    await server.kill("SIGTERM");
  });

  it("is written to a file that only its owner reads, instead of being shown", async () => {
    const file = join(directory, "first-key");
    const server = await startServerProcess(directory, { MILLRACE_FIRST_KEY_FILE: file });
    await expect.poll(() => server.output()).toMatch(/Stop with Ctrl-C/);
    const key = (await readFile(file, "utf8")).trim();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(server.output()).toContain(`API key ${file}`);
    expect(server.output()).not.toContain(key);
    expect(await signIn(server.url, key)).toBe(200);
    await server.kill("SIGTERM");
    expect((await readdir(directory)).filter((name) => name.startsWith("first-key"))).toEqual(["first-key"]);
  });

  it("is not made when its file cannot be written, and made when it can", async () => {
    const file = join(directory, "missing/first-key");
    const start = () => startServerProcess(directory, { MILLRACE_FIRST_KEY_FILE: file });
    await expect(start()).rejects.toThrow(/first key cannot be written to .*first-key \(ENOENT\).*No key was made/);
    await mkdir(join(directory, "missing"));
    const server = await start();
    await expect.poll(() => server.output()).toMatch(/Stop with Ctrl-C/);
    expect(await signIn(server.url, (await readFile(file, "utf8")).trim())).toBe(200);
    await server.kill("SIGTERM");
  });
});
