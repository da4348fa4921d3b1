import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { noOp, s3Input, startTestBucket, type TestBucket } from "../support/test-server.js";

const apiSecret = "api-secret-7f3a9c-of-32-characters-or-more";
const masterKey = "5ec2e7ed".repeat(8);
const environmentSecret = "environment-secret-3b8d1f";
const webhookToken = "webhook-token-e4a7c0";
const guessedSecret = "guessed-secret-8c2b6d";
const s3Secret = "s3-secret-access-key-51d0e2";
const storageAccountKey = Buffer.from("azure-secret-key-90c1").toString("base64");
const databasePassword = "database-password-c2d4e6";
const secrets = [
  apiSecret,
  masterKey,
  environmentSecret,
  webhookToken,
  guessedSecret,
  s3Secret,
  storageAccountKey,
  databasePassword,
];

let bucket: TestBucket;
let database: TestDatabase;
let dataDirectory: string;
let server: ServerProcess;

beforeAll(async () => {
  bucket = await startTestBucket();
  await bucket.put("a.bin", "bytes");
  database = await createTestDatabase();
  dataDirectory = await mkdtemp(join(tmpdir(), "millrace-secrets-"));
  server = await startServerProcess(dataDirectory, {
    MILLRACE_API_KEY: `test.${apiSecret}`,
    MILLRACE_MASTER_KEY: masterKey,
    AWS_ACCESS_KEY_ID: "environment",
    AWS_SECRET_ACCESS_KEY: environmentSecret,
    MILLRACE_LOG_LEVEL: "debug",
    DATABASE_URL: database.connectionString,
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    MILLRACE_AZURE_ENDPOINT: "http://127.0.0.1:9",
  });
});
afterAll(async () => {
  await server?.kill("SIGTERM");
  await bucket?.close();
  await database?.drop();
  await rm(dataDirectory, { recursive: true, force: true });
});

const answers: string[] = [];
const call = async (
  method: string,
  path: string,
  body?: string,
  authorization = `ApiKey test.${apiSecret}`,
): Promise<any> => {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  return JSON.parse(text);
};

/** Every row of every table, as text and, for bytes, as what they may spell. */
async function dumpDatabase(): Promise<string> {
  const client = new pg.Client(database.connectionString);
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('millrace', 'millrace_queue')",
  );
  const dump: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      dump.push(Buffer.isBuffer(value) ? value.toString("latin1") : (JSON.stringify(value) ?? ""));
    }
  }
  await client.end();
  return dump.join("\n");
}

const sources = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `input-${index}`,
      { input: { bucket: bucket.bucket, key: index % 2 ? "a.bin" : "missing" } },
    ]),
  );

test("no secret reaches a response, the debug log, a file or the database, which deletes credentials with their job", async () => {
  const submission = JSON.stringify({ model: noOp, input: s3Input(sources(3_000), s3Secret) });
  const { jobIdentifier } = await call("POST", "/jobs", submission);
  const running = await dumpDatabase();
  expect(running).toContain("missing");
  for (const secret of secrets) expect(running).not.toContain(secret);

  // Every way to be refused with the secret in hand.
  await call("POST", "/jobs", submission.slice(0, -1));
  await call("POST", "/jobs", submission.replace('"us-east-1"', "7"));
  await call("POST", "/jobs", JSON.stringify({ model: noOp, input: { ...s3Input({}, s3Secret) } }));
  await call(
    "POST",
    "/jobs",
    JSON.stringify({ model: noOp, input: { ...s3Input(sources(1)), secretAccessKey: [s3Secret] } }),
  );
  await call(
    "POST",
    "/jobs",
    JSON.stringify({ model: { identifier: "nosuchmode", version: "1.0.0" }, input: s3Input(sources(1), s3Secret) }),
  );

  const azure = { type: "azureblob", storageAccount: "account", storageAccountKey };
  const blob = { one: { input: { container: "c", filePath: "f" } } };
  const jdbc = {
    type: "jdbc",
    url: "jdbc:postgresql://127.0.0.1:9/none",
    username: "user",
    password: databasePassword,
  };
  const others = [];
  for (const input of [
    { ...azure, sources: blob },
    { ...jdbc, query: "SELECT 1 AS input" },
    { ...s3Input({ one: { input: { bucket: bucket.bucket, key: "none" } } }, s3Secret), type: "aws-s3-folder" },
    { ...s3Input(sources(2), s3Secret), type: "storage-grid", endpoint: "http://127.0.0.1:9" },
  ])
    others.push((await call("POST", "/jobs", JSON.stringify({ model: noOp, input }))).jobIdentifier);
  for (const input of [
    { ...azure, storageAccountKey: `!${storageAccountKey}`, sources: blob },
    { ...azure, sources: {} },
    {
      ...jdbc,
      password: "",
      query: "SELECT 1 AS input",
      url: `jdbc:postgresql://127.0.0.1:9/none?password=${databasePassword}`,
    },
    { ...jdbc, query: "SELECT 1", url: `jdbc:postgresql://user:${databasePassword}@127.0.0.1:9/none` },
    { ...jdbc, password: [databasePassword] },
    { ...jdbc, query: "SELECT 1", url: `mysql://user:${databasePassword}@host/d` },
    { ...jdbc, query: "SELECT 1", url: `jdbc:postgresql:?password=${databasePassword}` },
    { ...s3Input(sources(1)), type: "storage-grid", endpoint: `http://user:${s3Secret}@` },
  ])
    await call("POST", "/jobs", JSON.stringify({ model: noOp, input }));

  const hook = `http://127.0.0.1:9/hook?token=${webhookToken}`;
  const webhook = await call("POST", "/webhooks", JSON.stringify({ url: hook }));
  expect(webhook.url).toBe("http://127.0.0.1:9/hook?…");
  secrets.push(webhook.secret);
  // It is shown this once.
  answers.splice(-2);
  await call("POST", `/webhooks/${webhook.identifier}/test`, "{}");
  await call("PATCH", `/webhooks/${webhook.identifier}`, JSON.stringify({ url: `${hook}#x` }));
  await call("POST", "/webhooks", JSON.stringify({ url: `ftp://h/?token=${webhookToken}` }));
  await call("POST", "/webhooks", JSON.stringify({ url: `https://user:${webhookToken}@h/` }));
  let attempts = 0;
  while (attempts === 0) [{ attempts }] = await call("GET", `/webhooks/${webhook.identifier}/deliveries`);
  await call("GET", "/webhooks");

  for (const authorization of [`ApiKey test.${guessedSecret}`, `Bearer ${guessedSecret}`, guessedSecret])
    expect((await call("GET", "/jobs/history", undefined, authorization)).statusCode).toBe(401);

  for (const job of [jobIdentifier, ...others]) {
    let status = "";
    while (status !== "COMPLETED") ({ status } = await call("GET", `/jobs/${job}`));
    await call("GET", `/results/${job}`);
  }
  await call("GET", "/jobs/history");
  const canceled = await call("POST", "/jobs", submission);
  await call("DELETE", `/jobs/${canceled.jobIdentifier}`);

  const client = new pg.Client(database.connectionString);
  await client.connect();
  const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM millrace.job_credentials");
  await client.end();
  expect(rows[0]?.count).toBe("0");

  const files = await readdir(dataDirectory, { recursive: true, withFileTypes: true });
  const contents = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "latin1")),
  );
  const everything = {
    answers: answers.join("\n"),
    log: server.output(),
    files: contents.join("\n"),
    database: await dumpDatabase(),
  };
  expect(everything.answers).toContain(jobIdentifier);
  expect(everything.log).toContain("engine ready");
  for (const [place, text] of Object.entries(everything)) {
    for (const secret of secrets) expect(text.includes(secret), `${place} holds ${secret}`).toBe(false);
  }
});
