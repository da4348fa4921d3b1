import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFauxqsStore } from "../../server/test/s3/fauxqs-store.js";
import { startServerProcess } from "../../server/test/support/server-process.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const run = (parameters: string[], environment: Record<string, string> = {}) =>
  new Promise<Ended>((resolve) => {
    const options = { env: { PATH: process.env["PATH"], ...environment }, timeout: 300_000 };
    const child = execFile(process.execPath, [command, ...parameters], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });

describe("millrace serve", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("prints a key on the first start only, keeps it valid, and exits with 0 on SIGTERM", async () => {
    const first = await startServerProcess(directory, {});
    await expect.poll(() => first.output()).toMatch(/Stop with Ctrl-C/);
    const key = /API key\s+(\S+)/.exec(first.output())?.[1] ?? "";
    expect(first.output()).toContain(directory);
    expect((await stat(join(directory, "master.key"))).mode & 0o777).toBe(0o600);
    await first.kill("SIGTERM");
    expect(first.child.exitCode).toBe(0);

    const second = await startServerProcess(directory, {});
    await expect.poll(() => second.output()).toMatch(/Stop with Ctrl-C/);
    expect(second.output()).not.toMatch(/API key/);
    const answer = await fetch(`${second.url}/api/models`, { headers: { authorization: `ApiKey ${key}` } });
    expect(answer.status).toBe(200);
    await second.kill("SIGINT");
    expect(second.child.exitCode).toBe(0);
  });

  it("ends with the shell that npx started it in, which passes no signal on", async () => {
    const shell = spawn(
      "/bin/sh",
      ["-c", `"${process.execPath}" "${command}" serve --port 0 --data "${directory}"; :`],
      {
        env: { PATH: process.env["PATH"], npm_lifecycle_event: "npx" },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let output = "";
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    // The server has inherited the pipe: it closes when both have ended.
    const closed = once(shell.stdout, "close");
    await expect.poll(() => output).toMatch(/Stop with Ctrl-C/);
    shell.kill("SIGTERM");
    await closed;
    expect(output).toContain("Stopping ...");
  });

  it("logs no advice of a library", async () => {
    const s3 = await startFauxqsStore();
    await fetch(`${s3.endpoint}/blobs`, { method: "PUT" });
    const server = await startServerProcess(directory, {
      MILLRACE_BLOBS: `s3://blobs?region=us-east-1&endpoint=${s3.endpoint}`,
      AWS_ACCESS_KEY_ID: s3.owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.owner.secretAccessKey,
    });
    await expect.poll(() => server.output()).toMatch(/Stop with Ctrl-C/);
    await server.kill("SIGTERM");
    await s3.close();
    expect(server.output()).not.toMatch(/warning/i);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["a port that is none", ["--port", "http"], {}, /port.*whole number from 0 to 65535/i],
    ["a port that is too large", ["--port", "70000"], {}, /port.*whole number from 0 to 65535/i],
    ["an option that is none", ["--prot", "1"], {}, /unknown option/],
    [
      "a key without a secret",
      [],
      { MILLRACE_API_KEY: "prefix-only" },
      /MILLRACE_API_KEY is not valid \(its value is not shown\)/,
    ],
    [
      "a short master key",
      [],
      { MILLRACE_MASTER_KEY: "abc123" },
      /MILLRACE_MASTER_KEY is not valid \(its value is not shown\)/,
    ],
    [
      "an endpoint without a protocol",
      [],
      { AWS_ENDPOINT_URL_S3: "localhost:9000" },
      /AWS_ENDPOINT_URL_S3 is not valid: found the string "localhost:9000"/,
    ],
    [
      "a log level that is none",
      [],
      { MILLRACE_LOG_LEVEL: "loud" },
      /MILLRACE_LOG_LEVEL is not valid.*"loud".*"debug"/,
    ],
    [
      "another database than PostgreSQL",
      [],
      { DATABASE_URL: "mysql://root:hush@localhost/x" },
      /DATABASE_URL is not valid \(its value is not shown\)/,
    ],
    [
      "a database that does not answer",
      [],
      { DATABASE_URL: "postgres://u:hush@127.0.0.1:1/x" },
      /database of DATABASE_URL cannot be used.*ECONNREFUSED/,
    ],
    [
      "a models directory that is not there",
      [],
      { MILLRACE_MODELS: "/no/such/models" },
      /\/no\/such\/models cannot be read \(ENOENT\): set MILLRACE_MODELS/,
    ],
  ])("exits immediately with one sentence for %s", async (_name, parameters, environment, message) => {
    const { code, output } = await run(["serve", "--data", directory, ...parameters], environment);
    expect(output).toMatch(message);
    expect(code).toBeGreaterThan(0);
    // A misspelt option may be followed by a guess at what was meant.
    expect(
      output
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("(Did you mean")),
    ).toHaveLength(1);
    expect(output).not.toMatch(/prefix-only|abc123|hush|\bat .*\.js:/);
  });

  it("exits immediately if the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await run(["serve", "--data", directory, "--port", String(port)]);
    other.close();
    expect([code, output]).toEqual([2, `millrace: Port ${port} on 127.0.0.1 is in use: choose another with --port.\n`]);
  });

  it("exits immediately if its key file is damaged, and does not change the file", async () => {
    await writeFile(join(directory, "master.key"), "not a key");
    const { code, output } = await run(["serve", "--data", directory]);
    expect([code, output]).toEqual([2, expect.stringMatching(/master\.key is damaged/)]);
    expect(await readFile(join(directory, "master.key"), "utf8")).toBe("not a key");
  });
});
