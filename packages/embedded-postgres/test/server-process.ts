// A program that holds an embedded PostgreSQL, to be killed by tests: prints one line of JSON, stops at the end of its input.
import { startEmbeddedPostgres } from "../src/embedded-postgres.js";

const [dataDirectory = ""] = process.argv.slice(2);
try {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => undefined });
  console.log(JSON.stringify({ connectionString: postgres.connectionString }));
  process.stdin.resume().once("end", () => void postgres.stop());
} catch (error) {
  const { name, code, message } = error as Error & { code?: string };
  console.log(JSON.stringify({ name, code, message }));
}
