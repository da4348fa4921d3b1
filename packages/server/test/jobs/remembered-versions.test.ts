import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ensureConfiguredKey } from "../../src/accounts/first-key.js";
import { createSignIn } from "../../src/accounts/sign-in.js";
import type { Caller } from "../../src/accounts/caller.js";
import { createPool } from "../../src/database/pool.js";
import { parseSubmission } from "../../src/jobs/parse-submission.js";
import { prepareSubmission } from "../../src/jobs/prepare-submission.js";
import { createSubmit, type Submit } from "../../src/jobs/submit.js";
import { createKeyRing } from "../../src/storage/key-ring.js";
import { createSecretBox } from "../../src/storage/secret-box.js";
import { createLog } from "../../src/telemetry/log.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { s3Input } from "../support/test-server.js";

const model = { identifier: "remembered", version: "1.0.0" };
let database: TestDatabase;
let pool: Pool;
let caller: Caller;
let submit: Submit;
/** Of the pool's connections. */
const statements: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.connectionString, { maximumConnections: 1, applicationName: "millrace-tests" });
  const connection = await pool.connect();
  const query = connection.query.bind(connection) as (...given: unknown[]) => unknown;
  Object.assign(connection, {
    query: (...given: unknown[]) => {
      const [first] = given as [string | { text: string }];
      statements.push(typeof first === "string" ? first : first.text);
      return query(...given);
    },
  });
  connection.release();
  await pool.query(
    `INSERT INTO millrace.model_versions (model_identifier, version, version_order, manifest, sample_input, sample_output)
     VALUES ($1, $2, '{1,0,0}', '{"name": "Remembered", "inputs": [{"name": "input"}]}', '{}', '{}')`,
    [model.identifier, model.version],
  );
  await pool.query("INSERT INTO millrace.model_owners (model_identifier) VALUES ($1)", [model.identifier]);
  const key = `remembered.${randomBytes(16).toString("hex")}`;
  await ensureConfiguredKey(pool, key, createLog("silent"));
  caller = await createSignIn(pool).authenticate(`ApiKey ${key}`, undefined);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});
beforeEach(() => {
  const secrets = createSecretBox(createKeyRing([randomBytes(32)]));
  submit = createSubmit({ pool, secrets, outbound: loopbackOutbound, hoursDeleteInput: 24 });
});

const submission = () =>
  prepareSubmission(parseSubmission({ model, input: s3Input({ a: { input: { bucket: "b", key: "k" } } }) }), {
    isKeyed: false,
  });
const submitAs = (who: Caller, idempotencyKey?: string) => submit(who, submission(), { idempotencyKey });

it("a submission of a version that is known takes four statements", async () => {
  await submitAs(caller);
  statements.length = 0;
  await submitAs(caller, "a key");
  expect(statements).toEqual([
    "BEGIN",
    expect.stringContaining("INSERT INTO millrace.jobs"),
    expect.stringContaining("exceeded_quota"),
    "COMMIT",
  ]);
});

it("a version that was remembered and is no longer released is refused at once", async () => {
  await submitAs(caller);
  await pool.query("UPDATE millrace.model_versions SET status = 'inactive' WHERE model_identifier = $1", [
    model.identifier,
  ]);
  await expect(submitAs(caller)).rejects.toMatchObject({ code: "conflict" });
  await pool.query("UPDATE millrace.model_versions SET status = 'active' WHERE model_identifier = $1", [
    model.identifier,
  ]);
  await expect(submitAs(caller)).resolves.toMatchObject({ jobIdentifier: expect.any(String) });
});

it("a version that was remembered for one caller stays hidden from another", async () => {
  await submitAs(caller);
  await expect(submitAs({ ...caller, models: ["another"] })).rejects.toMatchObject({ code: "not_found" });
  await submitAs(caller);
});

it("a version that changed is taken as it is now", async () => {
  await submitAs(caller);
  await pool.query("UPDATE millrace.model_versions SET manifest = $2 WHERE model_identifier = $1", [
    model.identifier,
    { name: "Renamed", inputs: [{ name: "input" }] },
  ]);
  const { receipt } = await submitAs(caller);
  expect(JSON.parse(receipt.text)).toMatchObject({ model: { ...model, name: "Renamed" } });
});
