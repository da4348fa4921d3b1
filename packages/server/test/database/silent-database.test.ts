import { afterEach, expect, it } from "vitest";
import { startDatabaseWire } from "../support/database-wire.js";
import { createTestDatabase } from "../support/test-database.js";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it("while the database hangs, the API returns 503 with Retry-After; afterwards jobs continue", async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const wire = await startDatabaseWire(database.connectionString);
  closers.push(() => wire.close());
  const server = await startTestServer({ databaseUrl: wire.connectionString, statementLimitMs: 1_000 });
  closers.push(() => server.close());
  const submission = { model: noOp, input: { type: "text", sources: { a: { input: "x" } } } };
  await server.submit(submission);

  wire.silence();
  const answers = await Promise.all([server.call("GET", "/jobs/history"), server.call("POST", "/jobs", submission)]);
  for (const { status, headers, body } of answers) {
    expect([status, headers.get("retry-after"), body.message]).toEqual([
      503,
      "2",
      expect.stringContaining("The database does not respond"),
    ]);
  }
  wire.heal();
  await expect.poll(async () => (await server.call("GET", "/health")).status).toBe(200);
  const { jobIdentifier } = await server.submit(submission);
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 1 });
});
