import { expect, it } from "vitest";
import { migrate } from "../../src/database/migrate.js";
import { createPool } from "../../src/database/pool.js";
import { ConfigurationError } from "../../src/errors/configuration-error.js";
import { createTestDatabase } from "../support/test-database.js";

it("refuses a database written by a newer version and leaves it unchanged", async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.connectionString, { maximumConnections: 1, applicationName: "test" });
  await pool.query("INSERT INTO millrace.migrations (name) VALUES ('999-later')");
  await pool.end();
  const refused = migrate(database.connectionString);
  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow(/newer version of Millrace .*999-later/);
  await database.drop();
});
