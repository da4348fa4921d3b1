import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  noOp,
  sentiment,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";

const readSecret = (text: string) => /whsec_\S+/.exec(text)?.[0];
const namesIn = (lines: string) =>
  lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).input as string);
const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));

describe("millrace jobs", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let directory: string;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-jobs-"));
    await writeFile(join(directory, "happy.txt"), "What a wonderful, lovely day!");
    await bucket.put("texts/happy.txt", "What a wonderful, lovely day!");
    await bucket.put("texts/deep/awful.txt", "An awful, terrible mess.");
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...parameters: string[]) => runCommand("jobs", ...parameters);
  const runCommand = (...parameters: string[]) =>
    new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
      const env = {
        PATH: process.env["PATH"],
        MILLRACE_URL: server.url,
        MILLRACE_API_KEY: server.apiKey,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL_S3: bucket.endpoint,
        NO_COLOR: "1",
      };
      const options = { env, timeout: 300_000 };
      const child = execFile(process.execPath, [command, ...parameters], options, (_error, output, errors) =>
        resolve({ code: child.exitCode, output, errors }),
      );
    });

  it("lists the audit log, as a table and as lines of JSON", async () => {
    const { output } = await run("submit", noOp.identifier, join(directory, "happy.txt"), "--detach");
    const table = await runCommand("audit", "--target", output.trim());
    expect([table.code, table.output]).toEqual([0, expect.stringMatching(/POST \/api\/jobs\t.*\t201/)]);
    const lines = await runCommand("audit", "--target", output.trim(), "--json");
    expect(
      lines.output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).target.jobIdentifier),
    ).toContain(output.trim());
  });

  it("submit runs files, objects and folders, and shows bars for results and causes for failures", async () => {
    const files = await run("submit", `${sentiment.identifier}@${sentiment.version}`, join(directory, "happy.txt"));
    expect([files.code, files.errors]).toEqual([0, expect.stringMatching(/Job [0-9a-f-]{36}/)]);
    expect(files.output).toMatch(/^happy\.txt\tpositive 0\.\d{3}\n$/);
    const at = `s3://${bucket.bucket}`;
    const objects = await run("submit", sentiment.identifier, `${at}/texts/happy.txt`, `${at}/texts/none.txt`);
    expect(objects.code).toBe(3);
    expect(objects.output).toMatch(/none\.txt.*There is no object.*\(s3\.no_such_key\)/);
    const folder = await run("submit", sentiment.identifier, `${at}/texts/`, "--json");
    expect(namesIn(folder.output)).toEqual(["texts:deep:awful.txt", "texts:happy.txt"]);
  });

  it("webhooks add, list and remove", async () => {
    const added = await runCommand(
      "webhooks",
      "add",
      "http://127.0.0.1:9/",
      "--events",
      "job.canceled",
      "job.timedout",
    );
    const identifier = added.output.split("\n")[0] ?? "";
    expect([added.code, readSecret(added.output)]).toEqual([0, expect.any(String)]);
    expect((await runCommand("webhooks", "list")).output).toMatch(/127\.0\.0\.1:9.*job\.canceled.*Active/);
    expect((await runCommand("webhooks", "remove", identifier)).code).toBe(0);
    expect((await runCommand("webhooks", "list")).output).not.toContain(identifier);
    expect((await runCommand("webhooks", "add", "http://x/", "--events", "job.born")).code).toBe(2);
  });

  it("list, show, wait, pause, cancel, retry and results work on a job", async () => {
    const place = `s3://${bucket.bucket}/nothing`;
    const job = (await run("submit", noOp.identifier, place, "--detach", "--priority", "-3")).output.trim();
    expect(await run("wait", job)).toMatchObject({ code: 3 });
    expect((await run("list", "--limit", "1")).output).toContain(job);
    expect((await run("show", job)).output).toMatch(/Status\s+COMPLETED[^]*1 failed/);
    expect((await run("results", job)).output).toMatch(/nothing.*NoSuchKey/);
    await bucket.put("nothing", "now there is something");
    expect((await run("retry", job)).code).toBe(0);
    expect(await run("wait", job)).toMatchObject({ code: 0 });
    expect(await run("pause", job)).toMatchObject({ code: 2, errors: expect.stringContaining("cannot be paused") });
    const once = ["submit", noOp.identifier, place, "--detach", "--idempotency-key", "only-once"];
    const first = await run(...once);
    expect([first.code, (await run(...once)).output]).toEqual([0, first.output]);
    const { jobIdentifier: open } = await server.submit({ model: noOp });
    expect((await run("priority", open, "7")).output).toMatch(/Status\s+OPEN/);
    expect((await server.call("GET", `/jobs/${open}`)).body.priority).toBe(7);
    expect((await run("events", job)).output).toMatch(/nothing\n[^]*COMPLETED/);
    const keyless = await run("retry", job, "--account", "someaccount");
    expect([keyless.code, keyless.errors]).toEqual([2, expect.stringContaining("set AZURE_STORAGE_KEY")]);
    const kept = (await run("submit", noOp.identifier, place, "--detach", "--delete-results", "48")).output.trim();
    expect((await server.call("GET", `/jobs/${kept}`)).body.hoursDeleteResults).toBe(48);
    expect((await run("cancel", open)).output).toMatch(/Status\s+CANCELED/);
  });

  it.each<[string, string[], RegExp]>([
    ["a model that is none", ["submit", "nosuchmode", "x"], /nosuchmode/],
    ["a file that is none", ["submit", "c0ffee0000", "/no/such/file"], /\/no\/such\/file cannot be read \(ENOENT\)/],
    ["files among objects", ["submit", "c0ffee0000", "/a", "s3://b/k"], /must be of one kind/],
    [
      "a job that is none",
      ["show", "0b6f7e3c-0000-4000-8000-000000000000"],
      /0b6f7e3c.* \(not_found, request [0-9a-f-]{36}\)$/m,
    ],
    [
      "a wrong key",
      ["list", "--key", "nobody.nothing"],
      /Unknown API key.* \(unauthenticated, request [0-9a-f-]{36}\)$/m,
    ],
    ["a server that is away", ["list", "--url", "http://127.0.0.1:9"], /127\.0\.0\.1:9/],
  ])("%s ends with one sentence", async (_, parameters, sentence) => {
    const { code, errors } = await run(...parameters);
    expect([code, errors]).toEqual([2, expect.stringMatching(sentence)]);
    expect(errors).not.toMatch(/\n\s+at /);
  });
});
