import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { runCommand, runInTerminal } from "./run-command.js";

describe("millrace login, logout and whoami", () => {
  let server: TestServer;
  let home: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startTestServer();
    home = await mkdtemp(join(tmpdir(), "millrace-cli-sign-in-"));
    env = { HOME: home, NO_COLOR: "1" };
  });
  afterAll(async () => {
    await server?.close();
    await rm(home, { recursive: true, force: true });
  });
  const file = () => join(home, ".config/millrace/config.json");

  it("keeps a key that the server takes, for its owner alone, and forgets it", async () => {
    const login = ["login", "--url", server.url, "--with-key", "--profile", "tests"];
    const signedIn = await runCommand(login, { env, input: `${server.apiKey}\n` });
    expect([signedIn.code, signedIn.errors]).toEqual([0, ""]);
    expect(signedIn.output).not.toContain(server.apiKey);
    expect((await stat(file())).mode & 0o777).toBe(0o600);

    const shown = await runCommand(["whoami", "--profile", "tests", "--json"], { env });
    expect(JSON.parse(shown.output)).toMatchObject({ url: server.url, source: "profile tests", prefix: "test" });
    const listed = await runCommand(["jobs", "list"], { env: { ...env, MILLRACE_PROFILE: "tests" } });
    expect([listed.code, listed.errors]).toEqual([0, "No jobs.\n"]);

    expect((await runCommand(["logout", "--profile", "tests"], { env })).code).toBe(0);
    await expect(stat(file())).rejects.toThrow("ENOENT");
    const without = await runCommand(["jobs", "list"], { env });
    expect([without.code, without.errors]).toEqual([2, expect.stringMatching(/Run millrace login/)]);
  });

  it.each([
    ["a wrong key", "nobody.nothing", /Unknown API key/],
    ["no key", "", /apiKey is not valid/],
  ])("keeps nothing of %s", async (_what, input, message) => {
    const { code, errors } = await runCommand(["login", "--url", server.url, "--with-key"], { env, input });
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    await expect(stat(file())).rejects.toThrow("ENOENT");
  });

  it("asks on a terminal, and does not show the key", async () => {
    const typed = new Set<string>();
    const { code, shown } = await runInTerminal(["login"], {
      columns: 80,
      env: { ...env, MILLRACE_URL: server.url },
      onShown(all) {
        for (const [question, answer] of [
          ["Server (", ""],
          ["API key: ", server.apiKey],
        ] as const)
          if (all.includes(question) && !typed.has(question)) {
            typed.add(question);
            return `${answer}\r`;
          }
        return undefined;
      },
    });
    expect([code, typed.size]).toEqual([0, 2]);
    // The terminal itself shows what is typed before the program asks for silence.
    expect(shown.slice(shown.indexOf("API key: "))).not.toContain(server.apiKey);
    expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({
      profiles: { default: { url: server.url, apiKey: server.apiKey } },
    });
    expect((await runCommand(["logout", "--all"], { env })).output).toBe("Deleted: default\n");
  });

  it("without a terminal, says what is needed", async () => {
    const { code, errors } = await runCommand(["login", "--url", server.url], { env });
    expect([code, errors]).toEqual([2, expect.stringMatching(/API key is needed.*--help/)]);
  });
});
