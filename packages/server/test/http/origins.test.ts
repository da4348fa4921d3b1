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
    for (const method of ["GET", "POST", "PATCH", "PUT", "DELETE"])
      expect(await allowed("https://app.example", method)).toBe(corsOrigins?.[0] ?? "*");
    expect([null, "*"]).toContain(await allowed("https://evil.example", "POST"));
    const { headers } = await server.call("GET", "/models", undefined, { origin: "https://evil.example" });
    expect(headers.get("access-control-allow-origin")).toBe(corsOrigins === undefined ? "*" : null);
    await server.close();
  }
});
