import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startGatedBucket, type GatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

const keys = (count: number, nameOf = (index: number) => `object-${index}`) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`input-${index}`, { input: { bucket: "b", key: nameOf(index) } }]),
  );

describe("job control", () => {
  let server: TestServer;
  let bucket: GatedBucket;
  beforeEach(async () => {
    bucket = await startGatedBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
  });
  afterEach(async () => {
    await server?.close();
    await bucket?.close();
  });

  const submit = async (body: object) => (await server.submit({ model: noOp, ...body })).jobIdentifier;
  const details = async (job: string) => (await server.call("GET", `/jobs/${job}`)).body;
  const post = (path: string, body?: object) => server.call("POST", path, body);
  const query = async <Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  };

  it("a paused job starts nothing, and after a resume every input has exactly one result", async () => {
    const job = await submit({ input: s3Input(keys(300)) });
    await expect.poll(() => bucket.requestCount()).toBeGreaterThan(0);
    const paused = await post(`/jobs/${job}/pause`);
    expect([paused.status, paused.body.paused, paused.body.status]).toEqual([200, true, "IN_PROGRESS"]);
    // The fetches in flight are given up, so that nothing is left of the job in the worker.
    await expect.poll(() => query("SELECT 1 FROM millrace_queue.jobs WHERE locked_by IS NOT NULL")).toEqual([]);
    bucket.open();
    expect((await details(job)).completed).toBe(0);
    expect((await post(`/jobs/${job}/pause`)).body.paused).toBe(true);
    const resumed = await post(`/jobs/${job}/resume`);
    expect([resumed.status, resumed.body.paused]).toEqual([200, false]);
    expect(await server.waitForEnd(job)).toMatchObject({ status: "COMPLETED", completed: 300, failed: 0 });
    expect(Object.keys((await server.results(job)).results)).toHaveLength(300);
    expect((await post(`/jobs/${job}/pause`)).status).toBe(409);
    expect((await post(`/jobs/${job}/resume`)).status).toBe(409);
  });

  it("cancels a paused job, and one whose objects are being fetched", async () => {
    for (const isPaused of [true, false]) {
      const job = await submit({ input: s3Input(keys(10)) });
      const before = bucket.requestCount();
      if (isPaused) await post(`/jobs/${job}/pause`);
      else await expect.poll(() => bucket.requestCount()).toBeGreaterThan(before);
      expect((await server.call("DELETE", `/jobs/${job}`)).body).toMatchObject({ status: "CANCELED", paused: false });
    }
    await expect.poll(() => query("SELECT 1 FROM millrace_queue.jobs")).toEqual([]);
  });

  it("a retry runs only failed inputs, keeps existing results, and needs the credentials again", async () => {
    bucket.open();
    const job = await submit({
      input: s3Input(keys(6, (index) => (index < 2 ? `missing-${index}` : `object-${index}`))),
    });
    expect(await server.waitForEnd(job)).toMatchObject({ status: "COMPLETED", completed: 4, failed: 2 });
    const before = (await server.results(job)).results["input-5"];
    const requests = bucket.requestCount();

    const keyless = await post(`/jobs/${job}/retry`);
    expect([keyless.status, keyless.body.message]).toEqual([
      400,
      expect.stringContaining("input.accessKeyID is missing"),
    ]);
    const half = await post(`/jobs/${job}/retry`, { input: { accessKeyID: "a" } });
    expect([half.status, half.body.message]).toEqual([400, expect.stringContaining("input.secretAccessKey")]);
    expect(await details(job)).toMatchObject({ status: "COMPLETED", failed: 2 });

    const { sources: _sources, type: _type, ...access } = s3Input({});
    const retried = await post(`/jobs/${job}/retry`, { input: access });
    expect(retried.body).toMatchObject({
      status: expect.stringMatching(/SUBMITTED|IN_PROGRESS/),
      completed: 4,
      failed: 0,
    });
    expect(await server.waitForEnd(job)).toMatchObject({ status: "COMPLETED", completed: 4, failed: 2 });
    expect(bucket.requestCount() - requests).toBe(2);
    expect((await server.results(job)).results["input-5"]).toEqual(before);
    expect(await query("SELECT 1 FROM millrace.job_credentials")).toEqual([]);
  });

  it("rejects a retry if every input has a result or the job has not ended", async () => {
    const running = await submit({ input: s3Input(keys(1)) });
    const early = await post(`/jobs/${running}/retry`);
    expect([early.status, early.body.message]).toEqual([409, expect.stringContaining("expected one of COMPLETED")]);
    bucket.open();
    await server.waitForEnd(running);
    const late = await post(`/jobs/${running}/retry`, { input: { accessKeyID: "a", secretAccessKey: "b" } });
    expect([late.status, late.body.message]).toEqual([409, expect.stringContaining("every input has a result")]);
    expect((await post(`/jobs/${randomUUID()}/retry`)).status).toBe(404);
  });

  it("a retry continues a canceled job", async () => {
    const job = await submit({ input: { type: "text", sources: keysOfText(5) } });
    await server.waitForEnd(job);
    const slow = await submit({ input: s3Input(keys(5)) });
    await server.call("DELETE", `/jobs/${slow}`);
    bucket.open();
    const { sources: _sources, type: _type, ...access } = s3Input({});
    expect((await post(`/jobs/${slow}/retry`, { input: access })).status).toBe(200);
    expect(await server.waitForEnd(slow)).toMatchObject({ status: "COMPLETED", completed: 5 });
  });

  it.each([
    ["more than a number of failed inputs", { count: 3 }],
    ["more than a share of failed inputs", { percent: 1.5 }],
  ])("is stopped by %s, and says so", async (_name, errorThreshold) => {
    bucket.open();
    const job = await submit({ errorThreshold, input: s3Input(keys(250, (index) => `missing-${index}`)) });
    const ended = await server.waitForEnd(job);
    expect(ended).toMatchObject({
      status: "CANCELED",
      errorThreshold,
      statusReason: expect.stringMatching(/^Stopped because \d+ of 250 inputs failed/),
    });
    expect(ended.failed).toBeGreaterThan(3);
    expect(ended.failed).toBeLessThan(250);
    expect(await query("SELECT 1 FROM millrace.job_credentials")).toEqual([]);
    await expect.poll(() => query("SELECT 1 FROM millrace_queue.jobs")).toEqual([]);
  });

  it("does not stop a job for a tolerated number of failed inputs", async () => {
    bucket.open();
    const sources = keys(20, (index) => (index < 3 ? `missing-${index}` : `object-${index}`));
    const job = await submit({ errorThreshold: { count: 3, percent: 15 }, input: s3Input(sources) });
    expect(await server.waitForEnd(job)).toMatchObject({ status: "COMPLETED", failed: 3, statusReason: null });
  });

  it("runs a job of higher priority before a longer one that came first", async () => {
    const long = await submit({ input: s3Input(keys(3_000)) });
    await expect.poll(() => bucket.requestCount()).toBeGreaterThan(0);
    const low = await submit({ priority: -5, input: { type: "text", sources: keysOfText(1) } });
    const high = await submit({ priority: 5, input: { type: "text", sources: keysOfText(150) } });
    bucket.open();
    const ended = await Promise.all([long, low, high].map((job) => server.waitForEnd(job)));
    expect(ended.map((job) => job.status)).toEqual(["COMPLETED", "COMPLETED", "COMPLETED"]);
    expect(ended.map((job) => job.priority)).toEqual([0, -5, 5]);
    const [starts] = await query<{ high_first: boolean; before_low: number }>(
      `SELECT (SELECT ended_at FROM millrace.jobs WHERE identifier = $3) < j.ended_at AS high_first,
         (SELECT count(*)::int FROM millrace.outcomes o
          WHERE o.job_id = j.id AND (o.fields->>'startTime')::timestamptz < (SELECT started_at FROM millrace.jobs WHERE identifier = $2)) AS before_low
       FROM millrace.jobs j WHERE identifier = $1`,
      [long, low, high],
    );
    // The last chunks of the long job run side by side with the low one.
    expect(starts).toEqual({ high_first: true, before_low: expect.toSatisfy((count: number) => count >= 2_000) });
  });

  it("raises the priority of a waiting job, but not of one that has ended", async () => {
    const gateKeeper = await submit({ input: s3Input(keys(2_000)) });
    await expect.poll(() => bucket.requestCount()).toBeGreaterThan(0);
    const job = await submit({ input: s3Input(keys(200)) });
    const changed = await post(`/jobs/${job}/priority`, { priority: 3 });
    expect([changed.status, changed.body.priority]).toEqual([200, 3]);
    const tasks = await query<{ priority: number }>(
      "SELECT DISTINCT j.priority FROM millrace_queue.jobs j JOIN millrace.chunks c ON j.key = 'chunk:' || c.job_id || ':' || c.chunk_index JOIN millrace.jobs o ON o.id = c.job_id WHERE o.identifier = $1 ORDER BY 1",
      [job],
    );
    expect(tasks).toEqual([{ priority: -9_000 }, { priority: -8_999 }]);
    expect((await post(`/jobs/${job}/priority`, { priority: 11 })).status).toBe(400);
    for (const one of [gateKeeper, job]) await server.call("DELETE", `/jobs/${one}`);
    expect((await post(`/jobs/${job}/priority`, { priority: 1 })).status).toBe(409);
  });

  it("an idempotency key has 1 to 255 characters, and is rejected with another endpoint for the same objects", async () => {
    const input = s3Input(keys(1));
    const send = (one: object, key: string) =>
      server.call("POST", "/jobs", { model: noOp, input: one }, { "idempotency-key": key });
    for (const key of ["", "k".repeat(256)]) expect((await send(input, key)).status).toBe(400);
    const key = "k".repeat(255);
    const { status, body } = await send(input, key);
    expect(status).toBe(201);
    expect((await send({ ...input, secretAccessKey: "another" }, key)).body.jobIdentifier).toBe(body.jobIdentifier);
    expect((await send({ ...input, region: "eu-west-1" }, key)).status).toBe(409);
  });

  it("honors an idempotency key for a day, and rejects it with another body", async () => {
    const body = { model: noOp, input: { type: "text", sources: keysOfText(1) } };
    const send = (one: object) => server.call("POST", "/jobs", one, { "idempotency-key": "nightly" });
    const first = (await send(body)).body.jobIdentifier;
    expect((await send(body)).body.jobIdentifier).toBe(first);
    expect((await send({ ...body, explain: true })).status).toBe(409);
    await query("UPDATE millrace.jobs SET created_at = now() - interval '25 hours' WHERE identifier = $1", [first]);
    const second = await send({ ...body, explain: true });
    expect([second.status, second.body.jobIdentifier === first]).toEqual([201, false]);
  });
});

describe("a job's data", () => {
  it("is deleted on schedule: first inputs, then results, which say so", async () => {
    const server = await startTestServer({ hoursDeleteResults: 48 });
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    try {
      const { jobIdentifier: job, hoursDeleteInput } = await server.submit({
        model: noOp,
        input: { type: "text", sources: { ...keysOfText(2), wrong: { other: "x" } } },
      });
      expect(hoursDeleteInput).toBe(24);
      await server.waitForEnd(job);
      const age = (hours: number) =>
        client.query("UPDATE millrace.jobs SET ended_at = now() - $1 * interval '1 hour'", [hours]);
      const texts = async () =>
        (await client.query<{ data_items: string }>("SELECT data_items FROM millrace.inputs")).rows.map(
          (row) => row.data_items,
        );
      await age(25);
      await expect.poll(texts).toEqual(["{}", "{}", "{}"]);
      expect(Object.keys((await server.results(job)).results)).toHaveLength(2);
      const retried = await server.call("POST", `/jobs/${job}/retry`);
      expect([retried.status, retried.body.message]).toEqual([409, expect.stringContaining("hoursDeleteInput")]);
      await age(49);
      await expect
        .poll(async () => (await server.call("GET", `/results/${job}`)).body)
        .toMatchObject({ statusCode: 404, message: expect.stringContaining("were deleted on") });
      for (const table of ["outputs", "inputs", "chunks", "outcome_batches"])
        expect((await client.query(`SELECT 1 FROM millrace.${table}`)).rows).toEqual([]);
      expect((await server.call("POST", `/jobs/${job}/retry`)).body.message).toContain(
        "inputs and results were deleted",
      );
      expect((await server.call("GET", `/jobs/${job}`)).body).toMatchObject({ completed: 2, failed: 1 });
    } finally {
      await client.end();
      await server.close();
    }
  });
});

function keysOfText(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`text-${index}`, { input: "some text" }]));
}
