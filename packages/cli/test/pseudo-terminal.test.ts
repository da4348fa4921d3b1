import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { runCommand, runInTerminal } from "./run-command.js";

const escape = "\u001B";
const wide = "名前".repeat(60);

describe("in a terminal and in a pipe", () => {
  let server: TestServer;
  let env: Record<string, string>;
  let job: string;
  /** Has no worker: its jobs never end. */
  let idle: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    env = { MILLRACE_URL: server.url, MILLRACE_API_KEY: server.apiKey };
    const sources: Record<string, object> = { [wide]: { input: "x" }, "wrong item": { other: "x" } };
    for (let index = 0; index < 300; index += 1) sources[`folder/input-${index}-${"x".repeat(index)}`] = { input: "x" };
    job = (await server.submit({ model: noOp, input: { type: "text", sources } })).jobIdentifier;
    await server.waitForEnd(job);
    idle = await startTestServer({ roles: { api: true, worker: false } });
    await server.call("POST", "/accounting/access-keys", {
      name: "a name that is long ".repeat(9),
      roles: ["AUDITOR"],
    });
    await server.call("POST", "/accounting/teams", { name: wide });
    await server.call("POST", "/webhooks", { url: `https://example.com/${"x".repeat(200)}` });
  });
  afterAll(async () => {
    await server?.close();
    await idle?.close();
  });

  const lists: (() => string[])[] = [
    () => ["jobs", "list"],
    () => ["jobs", "results", job],
    () => ["jobs", "results", job, "--failed"],
    () => ["models", "list"],
    () => ["keys", "list"],
    () => ["users", "list"],
    () => ["teams", "list"],
    () => ["webhooks", "list"],
    () => ["audit"],
  ];

  describe.each([60, 80, 200])("at %i columns", (columns) => {
    it.each(lists)("list %# fits, in colours and without", async (parameters) => {
      const { code, shown } = await runInTerminal(parameters(), { columns, env });
      expect([code, shown]).toEqual([0, expect.stringContaining(`${escape}[1m`)]);
      const lines = stripVTControlCharacters(shown).split(/\r?\n/);
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
      const plain = await runInTerminal(parameters(), { columns, env: { ...env, NO_COLOR: "1" } });
      expect(plain.shown).not.toContain(escape);
      expect(plain.shown.split(/\r?\n/)).toEqual(lines);
    });
  });

  it.each(lists)("list %# is fields between tabs in a pipe, in full and without colours", async (parameters) => {
    // Some services set this and mean that colours are welcome; files and programs do not want them.
    const { code, output } = await runCommand(parameters(), { env: { ...env, CI: "true", TERM: "xterm-256color" } });
    expect(code).toBe(0);
    expect(output).not.toContain(escape);
    expect(output).not.toContain("…");
    const [first = "", ...others] = output.trimEnd().split("\n");
    const tabs = first.split("\t").length;
    expect(tabs).toBeGreaterThan(1);
    expect(others.filter((line) => line.split("\t").length !== tabs)).toEqual([]);
  });

  it.each(lists)("list %# is lines of JSON with --json", async (parameters) => {
    const { code, output } = await runCommand([...parameters(), "--json"], { env });
    expect(code).toBe(0);
    for (const line of output.trimEnd().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
  });

  it.each([60, 80, 200])("Ctrl-C at %i columns shows the cursor again and says how to go on", async (columns) => {
    const body = { model: noOp, input: { type: "text", sources: { one: { input: "x" } } } };
    const endless = (await idle.submit(body)).jobIdentifier;
    let hasTyped = false;
    const { code, shown } = await runInTerminal(["jobs", "watch", endless], {
      columns,
      env: { MILLRACE_URL: idle.url, MILLRACE_API_KEY: idle.apiKey },
      onShown: (all) => {
        if (hasTyped || !all.includes("SUBMITTED")) return undefined;
        hasTyped = true;
        return "\u0003";
      },
    });
    expect(code).toBe(130);
    expect(shown.lastIndexOf(`${escape}[?25h`)).toBeGreaterThan(shown.lastIndexOf(`${escape}[?25l`));
    expect(shown).toContain(`millrace jobs watch ${endless}`);
    expect((await idle.call("GET", `/jobs/${endless}`)).body.status).toBe("SUBMITTED");
  });

  it("a progress bar fits, and is plain lines without colours or a terminal", async () => {
    const { shown } = await runInTerminal(["jobs", "watch", job], { columns: 60, env });
    const bars = shown.split(`${escape}[1G`).flatMap((line) => stripVTControlCharacters(line).split(/[\r\n]+/));
    expect(bars.filter((line) => stringWidth(line) > 60)).toEqual([]);
    expect(shown).toContain("█");
    const plain = await runInTerminal(["jobs", "watch", job], { columns: 60, env: { ...env, NO_COLOR: "1" } });
    expect(plain.shown).not.toContain(escape);
    const piped = await runCommand(["jobs", "watch", job], { env: { ...env, CI: "true" } });
    expect(piped.output + piped.errors).not.toContain(escape);
  });

  it("an error has no escape codes in a pipe", async () => {
    const { code, errors } = await runCommand(["jobs", "show", "none"], { env: { ...env, CI: "true" } });
    expect([code, errors]).toEqual([2, expect.not.stringContaining(escape)]);
  });
});
