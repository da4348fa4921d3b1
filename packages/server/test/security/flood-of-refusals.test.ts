import type { AuditEntry } from "@millrace/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  // A key that is in use at an address keeps working there while guesses are slowed down.
  expect((await server.call("GET", "/audit")).status).toBe(200);
});
afterAll(() => server?.close());

it("a flood of refused requests does not fill the audit log", async () => {
  const refused = 2_000;
  const attack = async (index: number) => {
    // Whatever a caller can vary without a key: the key, the target, the request id.
    const headers = { authorization: `ApiKey p${index}.secret-${index}`, "x-request-id": `flood-${index}` };
    const { status } = await server.call("GET", `/jobs/job-${index}`, undefined, headers);
    expect([401, 429]).toContain(status);
  };
  for (let index = 0; index < refused; index += 50)
    await Promise.all(Array.from({ length: 50 }, (_, offset) => attack(index + offset)));
  const entries = async () => {
    const { body } = await server.call<AuditEntry[]>("GET", "/audit?per-page=1000&action=GET%20/api/jobs/:job");
    return body;
  };
  const counted = async () => (await entries()).reduce((sum, { count }) => sum + count, 0);
  await expect.poll(counted).toBe(refused);
  // A few a second, for as long as the flood took.
  expect((await entries()).length).toBeLessThan(refused / 10);
});
