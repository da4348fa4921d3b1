import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { authenticate, hashSecret } from "../../src/accounts/authenticate.js";
import { createFirstKey, ensureConfiguredKey } from "../../src/accounts/first-key.js";
import { createPool } from "../../src/database/pool.js";
import { createLog } from "../../src/telemetry/log.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const log = createLog("silent");
const secret = () => randomBytes(16).toString("hex");
let database: TestDatabase;
let pool: ReturnType<typeof createPool>;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.connectionString, { maximumConnections: 2, applicationName: "first-key" });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const signIn = (key: string) => authenticate(pool, `ApiKey ${key}`, undefined);

it("the generated key has a secret of 32 characters and survives configuring another", async () => {
  const generated = (await createFirstKey(pool)) ?? "";
  expect(generated).toMatch(/^[^.]+\.[\w-]{32,}$/);
  await ensureConfiguredKey(pool, `mine.${secret()}`, log);
  await expect(signIn(generated)).resolves.toMatchObject({ roles: expect.arrayContaining(["SYSTEM_OWNER"]) });
});

it("a changed key in the environment disables the previous one and no other", async () => {
  const [first, second] = [`first.${secret()}`, `second.${secret()}`];
  const generated = (await createFirstKey(pool)) ?? "";
  await ensureConfiguredKey(pool, first, log);
  await signIn(first);
  await ensureConfiguredKey(pool, second, log);
  await expect(signIn(first)).rejects.toThrow(/first is not active/);
  await signIn(second);
  await signIn(generated);
  // The same prefix with another secret.
  const third = `second.${secret()}`;
  await ensureConfiguredKey(pool, third, log);
  await expect(signIn(second)).rejects.toMatchObject({ code: "unauthenticated" });
  await signIn(third);
  // Setting an earlier key again restores it; with no key set, existing keys stay active.
  await ensureConfiguredKey(pool, first, log);
  await createFirstKey(pool);
  await signIn(first);
  await expect(signIn(third)).rejects.toThrow(/second is not active/);
});

it("rejects a short secret unless an earlier version stored it", async () => {
  await ensureConfiguredKey(pool, `old.${secret()}`, log);
  const short = "only-20-characters..";
  await expect(ensureConfiguredKey(pool, `old.${short}`, log)).rejects.toThrow(
    /has 20 characters, expected at least 32/,
  );
  await expect(ensureConfiguredKey(pool, `new.${secret().slice(1)}`, log)).rejects.toThrow(/has 31 characters/);
  await pool.query("UPDATE millrace.api_keys SET secret_sha256 = $1 WHERE prefix = 'old'", [hashSecret(short)]);
  await ensureConfiguredKey(pool, `old.${short}`, log);
  await signIn(`old.${short}`);
});

it("does not take over the prefix of another key", async () => {
  await ensureConfiguredKey(pool, `mine.${secret()}`, log);
  const others = secret();
  await pool.query(
    `INSERT INTO millrace.api_keys (prefix, secret_sha256, account_identifier, team_identifier, user_identifier, name)
     SELECT 'theirs', $1, account_identifier, team_identifier, user_identifier, 'x' FROM millrace.api_keys`,
    [hashSecret(others)],
  );
  await expect(ensureConfiguredKey(pool, `theirs.${secret()}`, log)).rejects.toThrow(
    /prefix of MILLRACE_API_KEY, theirs/,
  );
  await signIn(`theirs.${others}`);
});
