import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer, type Server, type ServerOptions } from "../../src/index.js";
import { startGatedBucket, type GatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const text = (model: object) => ({ model, input: { type: "text", sources: { a: { "input.txt": "good" } } } });
const objects = (count: number) =>
  s3Input(
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `input-${index}`,
        { input: { bucket: "b", key: `object-${index}` } },
      ]),
    ),
  );

describe("where models run", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let bucket: GatedBucket;
  beforeEach(async () => {
    bucket = await startGatedBucket();
    closers.push(() => bucket.close());
  });
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  const start = async (options: ServerOptions = {}): Promise<TestServer> => {
    const server = await startTestServer({ s3Endpoint: bucket.endpoint, ...options });
    closers.push(() => server.close());
    return server;
  };
  const startWorker = async (server: TestServer, options: ServerOptions = {}): Promise<Server> => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-worker-"));
    closers.push(() => rm(dataDirectory, { recursive: true, force: true }));
    const masterKeyHex = (await readFile(join(server.dataDirectory, "master.key"), "utf8")).trim();
    const worker = await startServer({
      databaseUrl: server.databaseUrl,
      dataDirectory,
      masterKeyHex,
      blobs: join(server.dataDirectory, "blobs"),
      s3Endpoint: bucket.endpoint,
      logLevel: "silent",
      roles: { api: false, worker: true },
      ...options,
    });
    closers.push(() => worker.close());
    return worker;
  };
  const resources = { cpuCount: availableParallelism(), memoryBytes: 4e9, gpuCount: 0, labels: [] as string[] };
  const situationsOf = async (server: TestServer, { identifier, version }: typeof noOp): Promise<string[]> => {
    const { body } = await server.call<{ identifier: string; version: string; situations: string[] }[]>(
      "GET",
      "/resources/processing/models",
    );
    return body.find((model) => model.identifier === identifier && model.version === version)?.situations ?? [];
  };

  /** Waits until every worker has said so often that it lives: by then it has learned what the database says. */
  const heartbeats = async (pool: pg.Pool, count: number) => {
    const last = new Map<string, number>();
    const heard = new Map<string, number>();
    const fewest = async () => {
      const { rows } = await pool.query<{ identifier: string; heartbeat_at: Date }>(
        "SELECT identifier, heartbeat_at FROM millrace.workers",
      );
      for (const { identifier, heartbeat_at: at } of rows) {
        if (last.has(identifier) && last.get(identifier) !== at.getTime())
          heard.set(identifier, (heard.get(identifier) ?? 0) + 1);
        last.set(identifier, at.getTime());
      }
      return Math.min(...rows.map(({ identifier }) => heard.get(identifier) ?? 0));
    };
    await expect.poll(fewest).toBeGreaterThanOrEqual(count);
  };

  it("a model whose inputs hang does not block another", async () => {
    const server = await start();
    const slow = await server.submit({ model: noOp, input: objects(3_000) });
    await expect.poll(() => bucket.requestCount()).toBeGreaterThan(32);
    const quick = await server.submit(text(sentiment));
    expect(await server.waitForEnd(quick.jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 1 });
    bucket.open();
    expect(await server.waitForEnd(slow.jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 3_000 });
  });

  it("all workers help with a job, even a small one", async () => {
    const server = await start();
    await startWorker(server);
    const job = await server.submit({ model: noOp, input: objects(64) });
    const pool = new pg.Pool({ connectionString: server.databaseUrl });
    closers.push(() => pool.end());
    const holders = async () => {
      const { rows } = await pool.query<{ count: string }>(
        "SELECT count(DISTINCT locked_by)::text AS count FROM millrace_queue.jobs",
      );
      return rows[0]?.count;
    };
    await expect.poll(holders).toBe("2");
    bucket.open();
    expect(await server.waitForEnd(job.jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 64 });
  });

  it("a version waits for a worker that has its labels and its memory, and says so", async () => {
    const modelsDirectory = await mkdtemp(join(tmpdir(), "millrace-models-"));
    closers.push(() => rm(modelsDirectory, { recursive: true, force: true }));
    const bundled = fileURLToPath(new URL("../../../../models/no-op", import.meta.url));
    await cp(bundled, join(modelsDirectory, "no-op"), { recursive: true });
    const manifest = join(modelsDirectory, "no-op/1.0.0/model.yaml");
    const yaml = await readFile(manifest, "utf8");
    await writeFile(manifest, yaml.replace(/resources:\n/, "resources:\n  labels: [licensed]\n"));

    const server = await start({ modelsDirectory, workerResources: resources });
    bucket.open();
    const job = await server.submit({ model: noOp, input: objects(3) });
    await expect
      .poll(() => situationsOf(server, noOp))
      .toEqual([expect.stringMatching(/No running worker can run it.*the label licensed/)]);
    await startWorker(server, {
      modelsDirectory,
      workerResources: { ...resources, labels: ["licensed"], memoryBytes: 1e6 },
    });
    expect(bucket.requestCount()).toBe(0);
    await startWorker(server, { modelsDirectory, workerResources: { ...resources, labels: ["licensed"] } });
    expect(await server.waitForEnd(job.jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 3 });
    expect(await situationsOf(server, noOp)).toEqual([]);
  });

  it("the engines of a version across all workers stay between its minimum and maximum", async () => {
    const server = await start();
    await startWorker(server);
    await startWorker(server);
    const path = `/models/${noOp.identifier}/versions/${noOp.version}`;
    const capacity = { minimumParallelCapacity: 1, maximumParallelCapacity: 1 };
    expect((await server.call("PATCH", path, { processing: capacity })).status).toBe(200);
    const pool = new pg.Pool({ connectionString: server.databaseUrl });
    closers.push(() => pool.end());
    await heartbeats(pool, 3);
    const engines = async () => {
      const { body } = await server.call<{ identifier: string; ready: number; spinningUp: number }[]>(
        "GET",
        "/resources/processing/engines",
      );
      const own = body.find(({ identifier }) => identifier === noOp.identifier);
      return (own?.ready ?? 0) + (own?.spinningUp ?? 0);
    };
    await expect.poll(engines).toBe(1);
    bucket.open();
    const job = await server.submit({ model: noOp, input: objects(2_000) });
    const ended = server.waitForEnd(job.jobIdentifier);
    const seen = new Set<number>();
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver) seen.add(await engines());
    expect(await ended).toMatchObject({ status: "COMPLETED", completed: 2_000 });
    expect([...seen]).toEqual([1]);
  });
});
