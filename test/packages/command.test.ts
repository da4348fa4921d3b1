import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MillraceClient } from "@millrace/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackages, packPackages } from "./packed.js";

describe("the command, installed in an empty folder", () => {
  let directory: string;
  let application: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-command-"));
    application = await mkdtemp(join(directory, "application-"));
    // Closed to other users, as root's home is: PostgreSQL and models do not run as root.
    await installPackages(application, await packPackages(directory));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Starts it by npx, with nothing of this repository in its environment. */
  function start(...parameters: string[]) {
    const child = spawn("npx", ["--no-install", "millrace", ...parameters], {
      cwd: application,
      env: { PATH: process.env["PATH"], HOME: directory, TMPDIR: directory, NO_COLOR: "1", NO_UPDATE_NOTIFIER: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { child, output: readOutput(child) };
  }

  it("serves: the bundled models run, and SIGTERM to npx ends the server", async () => {
    const { child, output } = start("serve", "--port", "0", "--data", join(directory, "data"));
    // The server inherits the pipe: it closes once both have ended.
    const closed = once(child.stdout, "close");
    await expect.poll(output).toContain("Stop with Ctrl-C");
    const [, baseUrl = ""] = /API +(\S+)\/api/.exec(output()) ?? [];
    const [, apiKey = ""] = /API key +(\S+)/.exec(output()) ?? [];
    const client = new MillraceClient({ baseUrl, apiKey });
    const sources = { one: { "input.txt": "What a wonderful day." } };
    const job = await client.jobs.submitText("ed542963de", "1.0.1", sources);
    await client.jobs.waitUntilComplete(job);
    const { results, failures } = await client.results.get(job);
    expect([Object.keys(results), failures]).toEqual([["one"], {}]);
    const models = new Set<string>();
    for await (const { modelId } of client.models.list()) models.add(modelId);
    expect(models.size).toBe(7);
    child.kill("SIGTERM");
    await closed;
    expect(output()).toContain("Stopping ...");
  });

  it("runs the demo and cleans up", async () => {
    const { child, output } = start("demo");
    const [code] = (await once(child, "close")) as [number | null];
    expect(output()).toContain("79 inputs finished in");
    expect(output()).toContain("await client.jobs.submitAwsS3(model, version, sources");
    expect(code).toBe(0);
    expect((await readdir(directory)).filter((name) => /^millrace-demo-\w+$/.test(name))).toEqual([]);
  });

  it.each([
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["demo", "--help"], /Usage: npx millrace demo/],
    [["models", "init", "module", "my-model"], /model\.yaml/],
  ])("%s", async (parameters, expected) => {
    const { child, output } = start(...parameters);
    const [code] = (await once(child, "close")) as [number | null];
    expect(output()).toMatch(expected);
    expect(code).toBe(0);
  });
});

function readOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = "";
  for (const stream of [stdout, stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  return () => output;
}
