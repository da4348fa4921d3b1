import type { Drift } from "@millrace/contract";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteOldDriftCounts } from "../../src/maintenance/drift-retention.js";
import { sentiment, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const path = `/models/${sentiment.identifier}/versions/${sentiment.version}/drift`;

async function run(texts: readonly string[]): Promise<void> {
  const sources = Object.fromEntries(texts.map((text, index) => [`${index}`, { "input.txt": text }]));
  const { jobIdentifier } = await server.submit({ model: sentiment, input: { type: "text", sources } });
  await server.waitForEnd(jobIdentifier);
}
const many = (count: number, text: string) => Array.from({ length: count }, () => text);

test("compares predictions and inputs of a period with the period before", async () => {
  await run([...many(60, "What a wonderful, lovely day!"), ...many(60, "This was terrible and sad.")]);
  // What was just counted becomes what was counted ten days ago.
  const database = new pg.Client({ connectionString: server.databaseUrl });
  await database.connect();
  await database.query("UPDATE millrace.drift_counts SET hour = hour - interval '10 days'");
  await database.end();
  const long = "terrible and sad, ".repeat(30);
  await run([...many(10, "What a wonderful, lovely day!"), ...many(70, long)]);

  const { body, status } = await server.call<Drift>("GET", path);
  expect(status).toBe(200);
  expect(body.prediction).toMatchObject({ total: 80, baselineTotal: 120, isReliable: true, degreesOfFreedom: 1 });
  const positive = body.prediction.bins.find(({ bin }) => bin === "positive");
  expect(positive).toEqual({ bin: "positive", count: 10, baselineCount: 60 });
  // 10 of 80 where 40 were to be expected: 2 * 30² / 40; less when the baseline of 120 is a sample too.
  expect(body.prediction.goodnessOfFit.chiSquared).toBeCloseTo(45, 0);
  // 70 of 200 are positive: 28 of 80 and 42 of 120 were expected.
  expect(body.prediction.chiSquared).toBeCloseTo(18 ** 2 * (1 / 28 + 1 / 52 + 1 / 42 + 1 / 78), 6);
  expect(body.prediction.pValue).toBeLessThan(1e-6);
  expect(body.prediction.error).toBeCloseTo(1, 6);
  expect(body.inputs.map(({ feature }) => feature).sort()).toEqual(["characters", "words"]);
  expect(body.inputs[0]?.jensenShannonDistance).toBeGreaterThan(0.5);
  expect(body.series).toHaveLength(1);
  expect(body.series[0]).toMatchObject({ total: 80, classes: { positive: 10, negative: 70 } });

  const same = await server.call<Drift>(
    "GET",
    `${path}?baselineFrom=${body.period.from}&baselineUntil=${body.period.until}`,
  );
  expect(same.body.prediction.pValue).toBeGreaterThan(0.9);
});

test("deletes counts older than 400 days", async () => {
  const pool = new pg.Pool({ connectionString: server.databaseUrl });
  const age = (days: number) =>
    pool.query(
      `INSERT INTO millrace.drift_counts (model_identifier, model_version, account_identifier, team_identifier, project_identifier, hour,
         feature, bin, shard, count)
       SELECT model_identifier, model_version, account_identifier, team_identifier, project_identifier,
         date_trunc('hour', now()) - $1 * interval '1 day', 'aged', $1, 0, 1 FROM millrace.drift_counts LIMIT 1`,
      [days],
    );
  await age(399);
  await age(401);
  await deleteOldDriftCounts(pool);
  const { rows } = await pool.query("SELECT bin FROM millrace.drift_counts WHERE feature = 'aged'");
  await pool.query("DELETE FROM millrace.drift_counts WHERE feature = 'aged'");
  await pool.end();
  expect(rows).toEqual([{ bin: "399" }]);
});

test("is invisible to other accounts", async () => {
  const { body: account } = await server.call("POST", "/accounting/accounts", {
    name: "Other",
    email: "other@example.com",
  });
  const key = { authorization: `ApiKey ${account.key}` };
  expect((await server.call<Drift>("GET", path)).body.prediction.total).toBeGreaterThan(0);
  expect((await server.call<Drift>("GET", path, undefined, key)).body).toMatchObject({
    prediction: { total: 0, bins: [], pValue: null, error: null, jensenShannonDistance: null, isReliable: false },
    inputs: [],
    series: [],
  });
});

test.each([
  [`${path}?from=yesterday`, 400, "from is not valid"],
  [`${path}?from=2026-01-02&until=2026-01-01`, 400, "expected a moment before the end of its period"],
  ["/models/ed542963de/versions/9.9.9/drift", 404, 'There is no version "9.9.9"'],
])("rejects %s", async (address, expected, message) => {
  const { status, body } = await server.call("GET", address);
  expect([status, body.message]).toEqual([expected, expect.stringContaining(message)]);
});
