import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { startServerProcess } from "../support/server-process.js";
import { createTestDatabase } from "../support/test-database.js";

it("logs an internal error with the request id that the caller got, and tells the caller no more", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-request-log-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const apiKey = `test.${randomBytes(16).toString("hex")}`;
  const server = await startServerProcess(dataDirectory, {
    DATABASE_URL: database.connectionString,
    MILLRACE_API_KEY: apiKey,
    MILLRACE_LOG_LEVEL: "debug",
  });
  onTestFinished(() => server.kill("SIGKILL"));
  const admin = new pg.Client(database.connectionString);
  await admin.connect();
  await admin.query("ALTER TABLE millrace.webhooks RENAME TO lost_webhooks");
  await admin.end();

  const call = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/api/webhooks`, {
      headers: { authorization: `ApiKey ${apiKey}`, ...headers },
    });
    const body = (await response.json()) as { requestId: string };
    expect(body).toMatchObject({ statusCode: 500, code: "internal", requestId: response.headers.get("x-request-id") });
    expect(JSON.stringify(body)).not.toContain("webhooks");
    return body.requestId;
  };
  const ids = [await call({ "x-request-id": "my-trace" }), await call()];
  expect(ids).toEqual(["my-trace", expect.stringMatching(/^[0-9a-f-]{36}$/)]);

  const ofRoute = () => logLines(server.output()).filter(({ route }) => route === "/api/webhooks");
  await expect.poll(ofRoute).toHaveLength(ids.length);
  expect(ofRoute().map(({ requestId }) => requestId)).toEqual(ids);
  for (const line of ofRoute()) expect(line).toMatchObject({ method: "GET", err: { code: "42P01" } });
  expect(server.output()).not.toContain(apiKey);
});

interface LogLine {
  readonly requestId?: string;
  readonly route?: string;
}

function logLines(output: string): LogLine[] {
  return output.split("\n").flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line)] : []));
}
