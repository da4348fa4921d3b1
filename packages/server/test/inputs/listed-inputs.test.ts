import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../src/index.js";
import { startGatedBucket } from "../support/gated-bucket.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import {
  noOp,
  s3Input,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../support/test-server.js";

/** Inputs that are not in the submission: a worker finds out what they are. */
describe("inputs that are listed", () => {
  let bucket: TestBucket;
  let server: TestServer;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
  });

  /** Submits, waits, and returns the sizes that the no-op model saw, and the sentences of failures. */
  const run = async (input: object) => {
    const receipt = await server.submit({ model: noOp, input });
    expect(receipt).toMatchObject({ status: "SUBMITTED", totalInputs: 0, jobInputs: { identifier: [] } });
    const job = await server.waitForEnd(receipt.jobIdentifier);
    expect(job.status).toBe("COMPLETED");
    const { results, failures } = await server.results(receipt.jobIdentifier);
    const sizes = Object.entries(results).map(([name, result]) => [
      name,
      (result["results.json"] as { sizeBytes: number }).sizeBytes,
    ]);
    const errors = Object.entries(failures).map(([name, { error }]) => [name, error]);
    const codes = Object.values(failures).map(({ code }) => code);
    return { job, sizes: Object.fromEntries(sizes), errors: Object.fromEntries(errors), codes };
  };
  const folder = (sources: Record<string, [bucket: string, key: string]>) => ({
    ...s3Input(
      Object.fromEntries(Object.entries(sources).map(([name, [in_, key]]) => [name, { input: { bucket: in_, key } }])),
    ),
    type: "aws-s3-folder",
  });

  describe("from a folder of a bucket", () => {
    it("are its objects, at any depth and with any name; an empty or missing folder is one failure", async () => {
      await bucket.put("a/one.txt", "1");
      await bucket.put("a/deep/er/grüß & dich +%.txt", "four");
      await bucket.put("a/deep:er.txt", "12");
      await bucket.put("a/deep/er.txt", "123");
      await bucket.put("a/empty/", "");
      await bucket.put("ab/not.txt", "not below a/");
      const { job, sizes, errors } = await run(
        folder({ own: [bucket.bucket, "/a//"], none: [bucket.bucket, "nothing"], wrong: ["no-such-bucket", "x/"] }),
      );
      expect(sizes).toEqual({
        "own:one.txt": 1,
        "own:deep:er:grüß & dich +%.txt": 4,
        "own:deep:er.txt": 2,
        "own:deep:er.txt (2)": 3,
      });
      expect(errors).toEqual({
        none: expect.stringMatching(/no object under "nothing\/"/),
        wrong: expect.stringMatching(/could not be listed.*"no-such-bucket".*NoSuchBucket/),
      });
      expect(job).toMatchObject({ total: 6, completed: 4, failed: 2, pending: 0 });
    });

    it("can be a whole bucket of more than one page", async () => {
      const many = await startTestBucket();
      const own = await startTestServer({ s3Endpoint: many.endpoint });
      try {
        await Promise.all(Array.from({ length: 2_345 }, (_, index) => many.put(`object-${index}`, "x")));
        const { jobIdentifier } = await own.submit({ model: noOp, input: folder({ all: [many.bucket, "/"] }) });
        expect(await own.waitForEnd(jobIdentifier)).toMatchObject({ total: 2_345, completed: 2_345 });
      } finally {
        await own.close();
        await many.close();
      }
    });

    it("that all fail end their job at once, with the reason", async () => {
      const { job, errors } = await run(folder({ none: [bucket.bucket, "nothing"] }));
      expect([job.total, job.failed, Object.keys(errors)]).toEqual([1, 1, ["none"]]);
      const two = { ...folder({}), sources: { a: { x: { bucket: "b", key: "k" }, y: { bucket: "b", key: "l" } } } };
      const refused = await server.call("POST", "/jobs", { model: noOp, input: two });
      expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining("2 folders")]);
    });
  });

  describe("from a database", () => {
    let database: TestDatabase;
    let proxy: Server;
    let access: { url: string; username: string; password: string; type: "jdbc"; sources: object };
    beforeAll(async () => {
      // Not one of Millrace, which no caller may read.
      database = await createTestDatabase("template1");
      const { port, pathname, username, password, searchParams } = new URL(database.connectionString);
      // The tests' PostgreSQL listens on a socket in a directory only; JDBC knows nothing but TCP.
      proxy = createServer((socket) => {
        const upstream = connect(`${searchParams.get("host")}/.s.PGSQL.${port || searchParams.get("port") || 5432}`);
        socket.pipe(upstream).pipe(socket);
        for (const end of [socket, upstream]) end.on("error", () => [socket, upstream].forEach((one) => one.destroy()));
      }).listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const client = new pg.Client(database.connectionString);
      await client.connect();
      await client.query(
        "CREATE TABLE reviews AS SELECT number, repeat('x', number) AS body FROM generate_series(1, 2500) number",
      );
      await client.end();
      access = {
        type: "jdbc",
        url: `jdbc:postgresql://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname}`,
        username: decodeURIComponent(username) || (searchParams.get("user") ?? "postgres"),
        password: decodeURIComponent(password) || (searchParams.get("password") ?? ""),
        sources: {},
      };
    });
    afterAll(async () => {
      proxy?.close();
      await database?.drop();
    });

    it("are the rows of a query, columns named like data items, bytes as bytes, NULL as nothing", async () => {
      const query = `SELECT body AS input FROM reviews ORDER BY number;`;
      const { job, sizes } = await run({ ...access, driver: "org.postgresql.Driver", query });
      expect(job).toMatchObject({ total: 2_500, completed: 2_500 });
      expect([sizes["row-1"], sizes["row-2500"]]).toEqual([1, 2_500]);
      const bytes = await run({ ...access, query: `SELECT '\\x00ff0a'::bytea AS input UNION ALL SELECT NULL` });
      expect(bytes.sizes).toEqual({ "row-1": 3 });
      expect(bytes.errors["row-2"]).toMatch(/expects "input"; in this row "input" is NULL: /);
    });

    it("can be large, and are then read one by one", async () => {
      const query = "SELECT repeat('x', 1000000 + number) AS input FROM generate_series(1, 30) number";
      const { job, sizes } = await run({ ...access, query });
      expect(job).toMatchObject({ total: 30, completed: 30 });
      expect([sizes["row-1"], sizes["row-30"]]).toEqual([1_000_001, 1_000_030]);
      const tooLarge = await run({ ...access, query: "SELECT repeat('x', 20000000) AS input" });
      expect(tooLarge.codes).toEqual(["jdbc.row_too_large"]);
    });

    it.each([
      ["no rows", "SELECT body AS input FROM reviews WHERE false", /returned no rows/, "jdbc.no_rows"],
      ["a mistake in the query", "SELEC 1", /syntax error/, "jdbc.query_failed"],
      [
        "several statements",
        "SELECT 1 AS input; SELECT 2 AS input",
        /cannot insert multiple commands/,
        "jdbc.query_failed",
      ],
      [
        "a query that writes",
        "WITH gone AS (DELETE FROM reviews RETURNING *) SELECT body FROM gone",
        /DECLARE CURSOR must not|read-only/,
        "jdbc.query_failed",
      ],
    ])("with %s is one failure with a message and a code", async (_, query, sentence, code) => {
      const { errors, codes } = await run({ ...access, query });
      expect([errors, codes]).toEqual([{ query: expect.stringMatching(sentence) }, [code]]);
    });

    it("that is unreachable or rejects the password is one failure, without revealing the password", async () => {
      const query = "SELECT 1 AS input";
      const away = await run({ ...access, url: "jdbc:postgresql://127.0.0.1:9/none", password: "secret-word", query });
      expect(away.errors["query"]).toMatch(
        /could not be read from the database "127\.0\.0\.1:9\/none" \(.*ECONNREFUSED/,
      );
      expect(away.codes).toEqual(["jdbc.unreachable"]);
      expect(JSON.stringify(away)).not.toContain("secret-word");
    });

    it("of another kind is rejected with the supported driver", async () => {
      const input = { ...access, url: "jdbc:mysql://h/d", driver: "com.mysql.Driver", query: "SELECT 1" };
      const { status, body } = await server.call("POST", "/jobs", { model: noOp, input });
      expect([status, body.message]).toEqual([400, expect.stringMatching(/input\.(url|driver)/)]);
    });
  });

  it("a job canceled while waiting for its listing stays canceled, without inputs", async () => {
    const waiting = await startTestServer({ s3Endpoint: bucket.endpoint, roles: { api: true, worker: false } });
    try {
      const input = folder({ own: [bucket.bucket, "a"] });
      const { jobIdentifier: canceled } = await waiting.submit({ model: noOp, input });
      const { jobIdentifier: next } = await waiting.submit({ model: noOp, input });
      expect((await waiting.call("DELETE", `/jobs/${canceled}`)).body.status).toBe("CANCELED");
      const worker = await startServer({
        databaseUrl: waiting.databaseUrl,
        dataDirectory: waiting.dataDirectory,
        s3Endpoint: bucket.endpoint,
        logLevel: "silent",
        roles: { api: false, worker: true },
      });
      expect(await waiting.waitForEnd(next)).toMatchObject({ status: "COMPLETED", total: 4 });
      expect(await waiting.waitForEnd(canceled)).toMatchObject({ status: "CANCELED", total: 0 });
      await worker.close();
    } finally {
      await waiting.close();
    }
  });

  it("hanging listings do not block chunks, hold no transaction, and end after a cancel or a pause", async () => {
    const gate = await startGatedBucket();
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const own = await startTestServer({ s3Endpoint: gate.endpoint });
    const database = new pg.Client(own.databaseUrl);
    await database.connect();
    try {
      const jobs: string[] = [];
      const hangingFolder = folder({ own: ["b", "a"] });
      const hangingDatabase = {
        type: "jdbc",
        url: `jdbc:postgresql://127.0.0.1:${(silent.address() as AddressInfo).port}/d`,
        username: "u",
        password: "p",
        query: "SELECT 1 AS input",
      };
      for (const input of [hangingFolder, hangingDatabase, ...Array.from({ length: 10 }, () => hangingFolder)])
        jobs.push((await own.submit({ model: noOp, input })).jobIdentifier);
      const listing = async () =>
        (await database.query("SELECT FROM millrace_queue.jobs WHERE locked_by IS NOT NULL")).rowCount;
      await expect.poll(listing).toBe(2);
      const { jobIdentifier } = await own.submit({
        model: noOp,
        input: { type: "text", sources: { a: { input: "x" } } },
      });
      expect(await own.waitForEnd(jobIdentifier)).toMatchObject({ completed: 1 });
      const inTransaction = async () =>
        (
          await database.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
          )
        ).rowCount;
      // Other work has short ones; that of a listing that hangs would last.
      await expect.poll(inTransaction).toBe(0);

      const first = jobs[0] as string;
      await own.call("POST", `/jobs/${first}/pause`);
      await Promise.all(jobs.slice(1).map((job) => own.call("DELETE", `/jobs/${job}`)));
      await expect.poll(listing).toBe(0);
      await own.call("POST", `/jobs/${first}/resume`);
      await expect.poll(listing).toBe(1);
      await own.call("DELETE", `/jobs/${first}`);
      await expect.poll(async () => (await database.query("SELECT FROM millrace_queue.jobs")).rowCount).toBe(0);
    } finally {
      await database.end();
      await own.close();
      await gate.close();
      silent.close();
    }
  });

  it("storage-grid reads from the server that the submission names", async () => {
    const elsewhere = await startTestBucket();
    try {
      await elsewhere.put("a.txt", "seven..");
      const input = {
        ...s3Input({ one: { input: { bucket: elsewhere.bucket, key: "a.txt" } } }),
        type: "storage-grid",
        endpoint: elsewhere.endpoint,
      };
      const { jobIdentifier } = await server.submit({ model: noOp, input });
      expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ total: 1, completed: 1 });
      const refused = await server.call("POST", "/jobs", { model: noOp, input: { ...input, endpoint: "http://" } });
      expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining("input.endpoint")]);
    } finally {
      await elsewhere.close();
    }
  });
});
