import { afterAll, beforeAll, describe, expect, it } from "vitest";
import pg from "pg";
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { noOp, startTestServer } from "../support/test-server.js";

it.skipIf(hasPgBouncer)("PgBouncer is not installed: Millrace is not tested behind it", () => {
  expect(hasPgBouncer).toBe(false);
});

describe.skipIf(!hasPgBouncer)("behind PgBouncer", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  it("with pool_mode = transaction it does not start, and says what to set", async () => {
    const bouncer = await startPgBouncer(database.connectionString, "transaction");
    try {
      await expect(startTestServer({ databaseUrl: bouncer.connectionString })).rejects.toThrow(
        /DATABASE_URL is behind a pooler .* pool_mode = transaction.* set pool_mode = session for its database, or name the database itself/,
      );
      // Others use its sessions at the same time.
      const others = new pg.Pool({ connectionString: bouncer.connectionString, max: 8 });
      await Promise.all(Array.from({ length: 8 }, () => others.query("SELECT pg_sleep(0.1)")));
      const busy = Array.from({ length: 8 }, async () => {
        for (let turn = 0; turn < 200; turn += 1) await others.query("SELECT 1");
      });
      await expect(startTestServer({ databaseUrl: bouncer.connectionString })).rejects.toThrow(/behind a pooler/);
      await Promise.all(busy);
      await others.end();
    } finally {
      await bouncer.close();
    }
  });

  it("with pool_mode = session it runs jobs", async () => {
    const bouncer = await startPgBouncer(database.connectionString, "session");
    const server = await startTestServer({ databaseUrl: bouncer.connectionString });
    const sources = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`n${at}`, { input: `${at}` }]));
    const jobs = await Promise.all(
      [1, 2, 3].map(() => server.submit({ model: noOp, input: { type: "text", sources } })),
    );
    for (const { jobIdentifier } of jobs) expect((await server.waitForEnd(jobIdentifier)).completed).toBe(300);
    await server.close();
    await bouncer.close();
  });
});
