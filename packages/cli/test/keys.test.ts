import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MasterKeyState } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));

describe("millrace keys", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const run = (...parameters: string[]) =>
    new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
      const env = {
        PATH: process.env["PATH"],
        MILLRACE_URL: server.url,
        MILLRACE_API_KEY: server.apiKey,
        NO_COLOR: "1",
      };
      const child = execFile(
        process.execPath,
        [command, "keys", ...parameters],
        { env, timeout: 300_000 },
        (_error, output, errors) => resolve({ code: child.exitCode, output, errors }),
      );
    });
  const statusWith = async (key: string, method: string, path: string) =>
    (await server.call(method, path, undefined, { authorization: `ApiKey ${key}` })).status;

  it("create, list, rotate and disable keys", async () => {
    const created = await run("create", "reader", "--scopes", "read", "--expires", "2999-01-31");
    expect(created.errors).toBe("Shown once: keep it.\n");
    const key = created.output.trim();
    const [prefix = ""] = key.split(".");
    expect(await statusWith(key, "GET", "/jobs/history")).toBe(200);
    expect(await statusWith(key, "DELETE", "/jobs/none")).toBe(403);
    expect((await run("list")).output).toMatch(new RegExp(`${prefix}\t.*reader.*read\t.*2999-01-31`));
    const rotated = (await run("rotate", prefix)).output.trim();
    expect(await statusWith(key, "GET", "/jobs/history")).toBe(401);
    expect(await statusWith(rotated, "GET", "/jobs/history")).toBe(200);
    expect((await run("disable", prefix)).code).toBe(0);
    expect(await statusWith(rotated, "GET", "/jobs/history")).toBe(401);
    const wrong = await run("create", "x", "--scopes", "everything");
    expect([wrong.code, wrong.errors]).toEqual([2, expect.stringMatching(/scopes.*"everything"/)]);
  });

  it("rotate-master waits until every secret is under the new master key", async () => {
    const before = (await server.call<MasterKeyState>("GET", "/accounting/master-key")).body.keyId;
    const { code, output } = await run("rotate-master");
    expect([code, output]).toEqual([0, expect.stringContaining(`Rotating from master key ${before}`)]);
    const after = (await server.call<MasterKeyState>("GET", "/accounting/master-key")).body;
    expect(after).toMatchObject({ retiringKeyId: null, secretsLeft: 0, finishedAt: expect.any(String) });
    expect(output).toContain(after.keyId);
  });
});
