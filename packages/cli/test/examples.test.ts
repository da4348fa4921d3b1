import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  noOp,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";
import { createProgram } from "../src/program.js";
import { runCommand, runShell } from "./run-command.js";

const exportedRows = fileURLToPath(new URL("../../runners/test/onnx-models/sklearn-maps.onnx", import.meta.url));

/** Starts something that does not end, or takes minutes and has tests of its own. */
const untried = new Set(["serve", "api", "worker", "demo"]);

/** What can only be done to a job that has not ended. */
const controls = /jobs (pause|resume|priority|cancel)/;

function leavesOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  return command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]));
}

const leaves = leavesOf(createProgram())
  .map((path) => path.join(" "))
  .filter((path) => !untried.has(path));

describe("examples in the help", () => {
  let server: TestServer;
  /** Has no worker: its jobs never end. */
  let idle: TestServer;
  let bucket: TestBucket;
  let directory: string;
  let env: Record<string, string>;
  let deployed: string;

  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    idle = await startTestServer({ roles: { api: true, worker: false } });
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-examples-"));
    await mkdir(join(directory, "reviews"));
    await writeFile(join(directory, "reviews/first.txt"), "What a wonderful day!");
    await bucket.put("reviews/first.txt", "What a wonderful day!");
    for (const folder of [".local/share/bash-completion/completions", ".zsh/completions", ".config/fish/completions"])
      await mkdir(join(directory, folder), { recursive: true });
    env = {
      HOME: directory,
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: server.apiKey,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      NO_COLOR: "1",
    };
    await copyFile(exportedRows, join(directory, "pipeline.onnx"));
    for (const folder of ["my-model", "other-model"])
      await runCommand(["models", "init", "module", join(directory, folder)]);
    const { output } = await runCommand(["models", "deploy", join(directory, "other-model"), "--json"], { env });
    deployed = `${JSON.parse(output).model.identifier}@1.0.0`;
  });
  afterAll(async () => {
    await server?.close();
    await idle?.close();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const envOf = (line: string) =>
    controls.test(line) ? { ...env, MILLRACE_URL: idle.url, MILLRACE_API_KEY: idle.apiKey } : env;

  /** Something that the command can be tried on. */
  const places: Readonly<Record<string, (command: string) => Promise<string>>> = {
    async "<job>"(command) {
      const isExplained = /jobs (explain|report)/.test(command);
      const sources = isExplained
        ? { good: { "input.txt": "A lovely day." } }
        : { good: { input: "x" }, ...(command.includes("retry") ? { bad: { other: "x" } } : {}) };
      const isWaiting = controls.test(command);
      const model = isExplained ? { identifier: "ed542963de", version: "0.0.27" } : noOp;
      const body = { model, explain: isExplained, input: { type: "text", sources } };
      const { jobIdentifier } = await (isWaiting ? idle : server).submit(body);
      if (!isWaiting) await server.waitForEnd(jobIdentifier);
      return jobIdentifier;
    },
    async "<prefix>"() {
      return (await server.call("POST", "/accounting/access-keys", { name: "example" })).body.prefix;
    },
    async "<user>"() {
      const account = (await server.call("GET", "/accounting/users")).body[0].account.identifier;
      const email = `${Math.random()}@example.com`;
      const user = { firstName: "A", lastName: "B", email };
      return (await server.call("POST", `/accounting/accounts/${account}/users`, user)).body.identifier;
    },
    async "<webhook>"() {
      return (await server.call("POST", "/webhooks", { url: "http://127.0.0.1:9/" })).body.identifier;
    },
    async "<model@version>"(command) {
      if (command.includes("delete"))
        await server.call("PATCH", `/models/${deployed.replace("@", "/versions/")}`, { status: "inactive" });
      return deployed;
    },
  };

  it.each(leaves)("of %s", async (leaf) => {
    const help = await runCommand([...leaf.split(" "), "--help"], { env });
    const [, block = ""] = help.output.split("\nExamples:\n");
    const examples = block.trim().split(/\n\s+/);
    expect(examples.filter((example) => !example.includes(`millrace ${leaf}`))).toEqual([]);
    for (const example of examples) {
      if (leaf === "models init" && example.endsWith(" my-model"))
        await rm(join(directory, "my-model"), { recursive: true, force: true });
      if (leaf === "logout")
        await runShell('echo "$MILLRACE_API_KEY" | millrace login --with-key --profile production', { env });
      let line = example.replaceAll("s3://some-bucket", `s3://${bucket.bucket}`);
      for (const [name, find] of Object.entries(places))
        if (line.includes(name)) line = line.replaceAll(name, await find(line));
      const { code, output, errors } = await runShell(line, { env: envOf(line), cwd: directory });
      expect([example, code, code === 0 ? "" : output + errors]).toEqual([example, 0, ""]);
    }
  });
});
