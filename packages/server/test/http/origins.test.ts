import { expect, it } from "vitest";
import { startTestServer } from "../support/test-server.js";

const preflight = (origin: string, method: string) => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": method, "access-control-request-headers": "authorization" },
});

it("pages of any origin may call the API unless MILLRACE_CORS_ORIGINS is set", async () => {
  for (const corsOrigins of [undefined, ["https://app.example"]]) {
    const server = await startTestServer({ corsOrigins });
    const allowed = async (origin: string, method: string) => {
      const { status, headers } = await fetch(`${server.url}/api/jobs`, preflight(origin, method));
      const methods = headers.get("access-control-allow-methods")?.split(/, ?/) ?? [];
      expect(status).toBe(204);
      return methods.includes(method) && headers.get("access-control-allow-origin");
    };
    const { body } = await server.call<{ paths: Record<string, object> }>("GET", "/openapi.json");
    const methods = new Set(Object.values(body.paths).flatMap((path) => Object.keys(path)));
    expect([...methods].toSorted()).toEqual(["delete", "get", "patch", "post", "put"]);
    for (const method of [...methods].map((name) => name.toUpperCase()))
      expect(await allowed("https://app.example", method)).toBe(corsOrigins?.[0] ?? "*");
    expect([null, "*"]).toContain(await allowed("https://evil.example", "POST"));
    const { headers } = await server.call("GET", "/models", undefined, { origin: "https://evil.example" });
    expect(headers.get("access-control-allow-origin")).toBe(corsOrigins === undefined ? "*" : null);
    await server.close();
  }
});

it("a page may cancel a job", async () => {
  const server = await startTestServer();
  const job = "/jobs/00000000-0000-4000-8000-000000000000";
  const { headers } = await fetch(`${server.url}/api${job}`, preflight("https://app.example", "DELETE"));
  expect([headers.get("access-control-allow-methods"), headers.get("access-control-allow-headers")]).toEqual([
    expect.stringContaining("DELETE"),
    "authorization",
  ]);
  const answer = await server.call("DELETE", job, undefined, { origin: "https://app.example" });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([404, "*"]);
  await server.close();
});
