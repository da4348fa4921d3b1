import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../../server/test/support/test-server.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));
/** Clears the screen, changes the title, moves up, and reverses what follows; with C0, DEL, C1 and marks of direction. */
const hostile = "\u001B[2J\u001B]0;owned\u0007\u009B1A\u007F\u202Eevil\u2066\r";
/** What names of inputs may hold of it. */
const marks = "\u202Eevil\u2066";
/** What may not reach a terminal; the colours of this program are off. */
const steering = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;
/** Between the fields of a line. */
const tab = /\t/g;

describe("text of others does not steer the terminal", () => {
  let server: TestServer;
  let liar: Server;
  let directory: string;
  let job: string;

  beforeAll(async () => {
    server = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-terminal-"));
    const sources = { [`${marks}good`]: { input: hostile }, [`${marks}bad`]: { [marks]: "x" } };
    job = (await server.submit({ model: noOp, input: { type: "text", sources } })).jobIdentifier;
    await server.waitForEnd(job);
    await server.call("PATCH", `/models/${noOp.identifier}`, { description: hostile, tags: [hostile] });
    await server.call("POST", "/accounting/access-keys", { name: hostile });
    await server.call("POST", "/accounting/teams", { name: hostile });
    const { body: users } = await server.call<{ identifier: string }[]>("GET", "/accounting/users");
    await server.call("PATCH", `/accounting/users/${users[0]?.identifier}`, { firstName: hostile });
    // A server that is not Millrace, or not any more.
    liar = createServer((request, answer) => {
      request.resume();
      answer.writeHead(400, { "content-type": "application/json" });
      answer.end(JSON.stringify({ statusCode: 400, message: `${hostile}\nmillrace: all is well`, code: hostile }));
    }).listen(0, "127.0.0.1");
    await once(liar, "listening");
  });
  afterAll(async () => {
    await server?.close();
    liar?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...parameters: string[]) =>
    new Promise<{ output: string; errors: string }>((resolve) => {
      const env = {
        PATH: process.env["PATH"],
        MILLRACE_URL: server.url,
        MILLRACE_API_KEY: server.apiKey,
        NO_COLOR: "1",
      };
      execFile(process.execPath, [command, ...parameters], { env, timeout: 300_000 }, (_error, output, errors) =>
        resolve({ output, errors }),
      );
    });
  const steeringLines = (text: string) =>
    text
      .replace(tab, " ")
      .split("\n")
      .filter((line) => steering.test(line));

  it.each<[what: string, parameters: () => string[], shown: RegExp]>([
    ["names of inputs and errors in results", () => ["jobs", "results", job], /\\u202eevil/],
    ["names of inputs in events", () => ["jobs", "events", job], /\\u202eevil/],
    ["names in JSON", () => ["jobs", "results", job, "--json"], /\\u202eevil/],
    ["events in JSON", () => ["jobs", "events", job, "--json"], /\\u202eevil/],
    ["summaries of models", () => ["models", "list"], /\\u001b\[2J/],
    ["names of keys", () => ["keys", "list"], /\\u001b\[2J/],
    ["targets in the audit log", () => ["audit"], /POST \/api\/jobs/],
    ["lists of jobs", () => ["jobs", "list"], /COMPLETED/],
    ["a model", () => ["models", "show", noOp.identifier], /\\u001b\[2J/],
    ["names of users", () => ["users", "list"], /\\u001b\[2J/],
    ["names of teams", () => ["teams", "list"], /\\u001b\[2J/],
  ])("%s", async (_what, parameters, shown) => {
    const { output, errors } = await run(...parameters());
    expect(errors.replace(/^1 of 2 failed\. .*\n/, "")).toBe("");
    expect(output).toMatch(shown);
    expect(steeringLines(output + errors)).toEqual([]);
  });

  it("JSON stays what the server said", async () => {
    const { output } = await run("jobs", "results", job, "--json");
    const lines = output.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).input)).toEqual([`${marks}good`, `${marks}bad`]);
  });

  it("escapes a server's errors, which cannot imitate the CLI's own lines", async () => {
    const { errors } = await run("jobs", "list", "--url", `http://127.0.0.1:${(liar.address() as AddressInfo).port}`);
    expect(errors).toMatch(/^millrace: .*\\u001b\[2J/);
    expect(errors).not.toMatch(/^millrace: all is well/m);
    expect(steeringLines(errors)).toEqual([]);
  });

  it("names of files", async () => {
    const missing = await run("jobs", "submit", noOp.identifier, join(directory, `${hostile}none`));
    expect(missing.errors).toMatch(/\\u001b\[2J.*matches no file/);
    await writeFile(join(directory, hostile), "x");
    const refused = await run("jobs", "submit", noOp.identifier, join(directory, hostile));
    expect(refused.errors).toMatch(/\\u001b\[2J.*control character/);
    await writeFile(join(directory, marks), "x");
    const found = await run("jobs", "submit", noOp.identifier, join(directory, marks));
    expect(found.output).toContain(String.raw`\u202eevil`);
    expect(steeringLines(missing.errors + refused.errors + found.output)).toEqual([]);
  });
});
