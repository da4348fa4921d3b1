import { requestErrorCodes, requestErrors } from "@millrace/contract";
import { afterEach, describe, expect, it } from "vitest";
import { parseEnvironment } from "../../src/configuration/environment.js";
import { openRaw } from "../support/raw-connection.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("where errors are reported", () => {
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  /** Of a handled error, an unknown route, a path that is not text and a request that is not HTTP. */
  const addressesOf = async (asked: TestServer) => {
    const handled = await asked.call("GET", "/jobs/none");
    const unknown = await asked.call("GET", "/nothing");
    const bare = (await (await fetch(`${asked.url}/api/%ff`)).json()) as { reportErrorUrl: string };
    const { received } = openRaw(asked, "NOT HTTP\r\n\r\n");
    const broken = JSON.parse((await received).split("\r\n\r\n")[1] ?? "");
    return [handled.body, unknown.body, bare, broken].map(({ reportErrorUrl }) => reportErrorUrl as string);
  };

  it("is the meaning of the code on this server, as the caller reaches it", async () => {
    server = await startTestServer();
    const addresses = await addressesOf(server);
    expect(addresses).toEqual([
      `${server.url}/api/errors/not_found`,
      `${server.url}/api/errors/not_found`,
      "/api/errors/invalid_request",
      "/api/errors/invalid_request",
    ]);
    for (const address of addresses) {
      const answer = await fetch(new URL(address, server.url));
      expect([answer.status, await answer.json()]).toEqual([
        200,
        expect.objectContaining({ meaning: expect.any(String) }),
      ]);
    }
  });

  it("follows the public URL", async () => {
    server = await startTestServer({ publicUrl: "https://public.example/millrace" });
    for (const address of await addressesOf(server))
      expect(address).toMatch(/^https:\/\/public\.example\/millrace\/api\/errors\/\w+$/);
  });

  it("is the support address of the installation if it is set", async () => {
    server = await startTestServer({ supportUrl: "mailto:support@example.com" });
    expect(new Set(await addressesOf(server))).toEqual(new Set(["mailto:support@example.com"]));
  });

  it("explains every code, without a key, and no other", async () => {
    server = await startTestServer();
    const at = (code: string) => fetch(`${server?.url}/api/errors/${code}`);
    for (const code of requestErrorCodes)
      expect(await (await at(code)).json()).toEqual({ code, ...requestErrors[code] });
    expect((await at("constructor")).status).toBe(404);
  });

  it.each(["support.example.com", "javascript:alert(1)", "https://user:word@example.com", "mailto:nobody"])(
    "cannot be %s",
    (address) => {
      expect(() => parseEnvironment({ MILLRACE_SUPPORT_URL: address })).toThrow(/MILLRACE_SUPPORT_URL/);
    },
  );
});
