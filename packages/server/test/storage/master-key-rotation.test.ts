import { createCipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { MillraceClient } from "@millrace/client";
import type { ErrorBody, MasterKeyState } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { startServer } from "../../src/index.js";
import { sealedColumns } from "../../src/maintenance/rewrap-secrets.js";
import { startGatedBucket } from "../support/gated-bucket.js";
import { startServerProcess } from "../support/server-process.js";
import { createTestDatabase } from "../support/test-database.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";
import { boxOf, countOpened, readKeyFile, withConnection } from "./sealed-rows.js";

const patient = { timeout: 120_000, interval: 100 };
const stateOf = async (server: Pick<TestServer, "call">) =>
  (await server.call<MasterKeyState>("GET", "/accounting/master-key")).body;
const untilRotated = (server: Pick<TestServer, "call">) =>
  expect.poll(async () => (await stateOf(server)).retiringKeyId, patient).toBeNull();

describe("a master key in the data directory", () => {
  let receiver: HttpServer;
  let address: string;
  const messages: { body: string; url: string; headers: Record<string, string> }[] = [];
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        messages.push({ body, url: request.url ?? "", headers: request.headers as Record<string, string> });
        response.writeHead(204).end();
      });
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?token=t0ken`;
  });
  afterAll(() => receiver?.close());

  it("rotates while a job runs: the job, webhooks and old secrets keep working, and the old key decrypts nothing", async () => {
    const bucket = await startGatedBucket();
    const server = await startTestServer({ s3Endpoint: bucket.endpoint });
    try {
      const client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
      const { secret } = await client.webhooks.create(address);
      const [oldKey = ""] = await readKeyFile(server.dataDirectory);
      const legacy = await client.webhooks.create(address);
      await withConnection(server.databaseUrl, (database) =>
        database.query("UPDATE millrace.webhooks SET sealed_secret = $2 WHERE identifier = $1", [
          legacy.identifier,
          sealAsBefore(Buffer.from(oldKey, "hex"), legacy.secret, legacy.identifier),
        ]),
      );
      const sources = Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [`i${index}`, { input: { bucket: "b", key: `key-${index}` } }]),
      );
      const { jobIdentifier } = await server.submit({ model: noOp, input: s3Input(sources) });
      await expect.poll(() => bucket.requestCount(), patient).toBeGreaterThan(0);
      expect(await countOpened(server.databaseUrl, boxOf(oldKey))).toEqual({ opened: 5, refused: 0 });

      const before = await stateOf(server);
      const { status, body } = await server.call<MasterKeyState>("POST", "/accounting/master-key/rotate");
      expect([status, body.retiringKeyId]).toEqual([202, before.keyId]);
      await untilRotated(server);
      await expect.poll(async () => (await readKeyFile(server.dataDirectory)).length, patient).toBe(1);
      const [newKey = ""] = await readKeyFile(server.dataDirectory);
      expect(await countOpened(server.databaseUrl, boxOf(oldKey))).toEqual({ opened: 0, refused: 5 });
      expect(await countOpened(server.databaseUrl, boxOf(newKey))).toEqual({ opened: 5, refused: 0 });

      bucket.open();
      expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 40 });
      await expect.poll(() => messages.length, patient).toBe(2);
      for (const { body: message, headers, url } of messages) {
        expect(url).toBe("/hook?token=t0ken");
        await expect(client.webhooks.unwrap(message, headers, [secret, legacy.secret])).resolves.toMatchObject({
          type: "job.completed",
        });
      }
    } finally {
      await server.close();
      await bucket.close();
    }
  });

  test("a rotation interrupted by kill -9 resumes at the next start", async () => {
    const database = await createTestDatabase();
    const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-rotation-"));
    const apiKey = `test.${randomBytes(24).toString("hex")}`;
    const start = () =>
      startServerProcess(dataDirectory, { MILLRACE_API_KEY: apiKey, DATABASE_URL: database.connectionString });
    let server = await start();
    try {
      const call = async (method: string, path: string) => {
        const response = await fetch(`${server.url}/api${path}`, {
          method,
          headers: { authorization: `ApiKey ${apiKey}` },
        });
        const body = (await response.json()) as MasterKeyState;
        return { status: response.status, body, headers: response.headers };
      };
      const [oldKey = ""] = await readKeyFile(dataDirectory);
      const count = 1_000;
      await insertWebhooks(database.connectionString, boxOf(oldKey), count);
      expect((await call("POST", "/accounting/master-key/rotate")).status).toBe(202);
      const left = async () => (await call("GET", "/accounting/master-key")).body.secretsLeft as number;
      await expect.poll(left, { ...patient, interval: 5 }).toBeLessThan(2 * count);
      await server.kill("SIGKILL");

      const [newKey = "", second] = await readKeyFile(dataDirectory);
      expect(second).toBe(oldKey);
      const halfway = await countOpened(database.connectionString, boxOf(newKey));
      expect([halfway.opened > 0, halfway.refused > 0]).toEqual([true, true]);
      expect(await countOpened(database.connectionString, boxOf(newKey, oldKey))).toMatchObject({ refused: 0 });

      server = await start();
      await untilRotated({ call } as Pick<TestServer, "call">);
      expect(await countOpened(database.connectionString, boxOf(newKey))).toEqual({ opened: 2 * count, refused: 0 });
      expect(await countOpened(database.connectionString, boxOf(oldKey))).toEqual({ opened: 0, refused: 2 * count });
      await expect.poll(() => readKeyFile(dataDirectory), patient).toEqual([newKey]);
    } finally {
      await server.kill("SIGTERM");
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });
});

describe("a master key in the environment", () => {
  it("rotates once every process has the new key; a server without it refuses to start", async () => {
    const [oldKey, newKey] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
    const first = await startTestServer({ masterKeyHex: oldKey });
    const other = (keys: { masterKeyHex: string; previousMasterKeysHex?: string[] }) =>
      startServer({
        databaseUrl: first.databaseUrl,
        dataDirectory: join(first.dataDirectory, "other"),
        blobs: join(first.dataDirectory, "blobs"),
        apiKey: first.apiKey,
        port: 0,
        logLevel: "silent",
        closeLimitMs: 300_000,
        ...keys,
      });
    const client = new MillraceClient({ baseUrl: first.url, apiKey: first.apiKey });
    await client.webhooks.create("http://127.0.0.1:9/");
    const both = { masterKeyHex: newKey, previousMasterKeysHex: [oldKey] };
    let second = await other(both);
    const rotate = async () => {
      const response = await fetch(`${second.url}/api/accounting/master-key/rotate`, {
        method: "POST",
        headers: { authorization: `ApiKey ${first.apiKey}` },
      });
      return { status: response.status, body: (await response.json()) as ErrorBody };
    };
    try {
      const atOld = await first.call("POST", "/accounting/master-key/rotate");
      expect([atOld.status, atOld.body.message]).toEqual([
        409,
        expect.stringContaining("MILLRACE_MASTER_KEY_PREVIOUS"),
      ]);
      // The first server does not know the new key: what the second seals must open there, so it may not be used yet.
      const refused = await rotate();
      expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining("do not know")]);
      await client.webhooks.create("http://127.0.0.1:9/");
      expect(await countOpened(first.databaseUrl, boxOf(oldKey))).toEqual({ opened: 4, refused: 0 });
      await expect(other({ masterKeyHex: newKey })).rejects.toThrow(/under the master key [0-9a-f]{16}/);
    } finally {
      await second.close();
    }
    const third = await startRestarted(first, both);
    second = await other(both);
    try {
      expect((await rotate()).status).toBe(202);
      const call: TestServer["call"] = async (method, path) => {
        const response = await fetch(`${third.url}/api${path}`, {
          method,
          headers: { authorization: `ApiKey ${first.apiKey}` },
        });
        return { status: response.status, headers: response.headers, body: (await response.json()) as never };
      };
      await untilRotated({ call });
      expect(await countOpened(first.databaseUrl, boxOf(newKey))).toEqual({ opened: 4, refused: 0 });
      expect(await countOpened(first.databaseUrl, boxOf(oldKey))).toEqual({ opened: 0, refused: 4 });
      await expect(other({ masterKeyHex: oldKey })).rejects.toThrow(/under the master key [0-9a-f]{16}/);
    } finally {
      await third.close();
      await second.close();
      await first.close();
    }
  });
});

it("rotates every column of encrypted secrets", async () => {
  const database = await createTestDatabase();
  const { rows } = await withConnection(database.connectionString, (client) =>
    client.query<{ name: string }>(
      `SELECT table_schema || '.' || table_name || ' ' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'millrace' AND data_type = 'bytea' AND column_name LIKE 'sealed%'`,
    ),
  );
  await database.drop();
  const rotated = sealedColumns.map(({ table, column }) => `${table} ${column}`);
  expect(rows.map(({ name }) => name).toSorted()).toEqual(rotated.toSorted());
});

async function startRestarted(first: TestServer, keys: { masterKeyHex: string; previousMasterKeysHex: string[] }) {
  await first.stop();
  return startServer({
    databaseUrl: first.databaseUrl,
    dataDirectory: first.dataDirectory,
    apiKey: first.apiKey,
    port: 0,
    logLevel: "silent",
    closeLimitMs: 300_000,
    ...keys,
  });
}

async function insertWebhooks(connectionString: string, box: ReturnType<typeof boxOf>, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `webhook-${index}`);
  await withConnection(connectionString, (client) =>
    client.query(
      `INSERT INTO millrace.webhooks (identifier, account_identifier, url, description, events, sealed_secret, sealed_url)
       SELECT name, (SELECT identifier FROM millrace.accounts LIMIT 1), 'http://127.0.0.1:9/', '', '{}', secret, url
       FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS w (name, secret, url)`,
      [
        names,
        names.map((name) => box.seal("whsec_b3RoZXI=", name)),
        names.map((name) => box.seal("http://127.0.0.1:9/", `${name}/url`)),
      ],
    ),
  );
}

/** The form before there were data keys: nonce, tag, ciphertext under the master key itself. */
function sealAsBefore(key: Buffer, secret: string, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}
