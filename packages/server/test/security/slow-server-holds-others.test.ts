import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHostileServer, response, type HostileServer } from "../s3/hostile-server.js";
import {
  noOp,
  s3Input,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../support/test-server.js";

describe("hanging servers delay only their own account", () => {
  let bucket: TestBucket;
  let server: TestServer;
  let dripping: HostileServer;
  let ours: string;
  let theirs: string;
  const silent = createServer(() => undefined);

  const call = (key: string, method: string, path: string, body?: object) =>
    server.call<any>(method, path, body, { authorization: `ApiKey ${key}` });
  const submit = async (key: string, input: object) => {
    const { status, body } = await call(key, "POST", "/jobs", { model: noOp, input });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.jobIdentifier as string;
  };
  const ended = async (key: string, job: string) => {
    for (;;) {
      const { body } = await call(key, "GET", `/jobs/${job}`);
      if (!["SUBMITTED", "IN_PROGRESS"].includes(body.status)) return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  beforeAll(async () => {
    bucket = await startTestBucket();
    await bucket.put("a/one.txt", "1");
    // 100 MB that never come, each.
    dripping = await startHostileServer(({ socket }) => {
      socket.write(response(200, "", { "content-length": 100_000_000 }));
      const timer = setInterval(() => socket.write("x".repeat(1_000)), 100);
      socket.on("close", () => clearInterval(timer));
    });
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    // A turn as long as a test: nobody gets a place by another's turn coming to its end.
    server = await startTestServer({ s3Endpoint: bucket.endpoint, turnMs: 600_000 });
    const account = async (name: string) =>
      (await server.call<any>("POST", "/accounting/accounts", { name, email: `${name}@example.com` })).body.key;
    ours = await account("ours");
    theirs = await account("theirs");
  });
  afterAll(async () => {
    await server?.close();
    await dripping?.close();
    await bucket?.close();
    silent.close();
  });

  it("three trickling downloads with many jobs behind them leave slots and memory for texts", async () => {
    const jobs: string[] = [];
    for (let job = 0; job < 12; job += 1)
      jobs.push(
        await submit(theirs, {
          ...s3Input(Object.fromEntries(["a", "b", "c"].map((name) => [name, { input: { bucket: "b", key: name } }]))),
          type: "storage-grid",
          endpoint: dripping.endpoint,
        }),
      );
    await expect.poll(() => dripping.requests.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    const text = await submit(ours, { type: "text", sources: { a: { input: "x" } } });
    expect(await ended(ours, text)).toMatchObject({ status: "COMPLETED", completed: 1 });
    for (const job of jobs) await call(theirs, "DELETE", `/jobs/${job}`);
  });

  it("hanging databases leave slots for folders", async () => {
    const jobs: string[] = [];
    const url = `jdbc:postgresql://127.0.0.1:${(silent.address() as AddressInfo).port}/d`;
    for (let job = 0; job < 12; job += 1)
      jobs.push(await submit(theirs, { type: "jdbc", url, username: "u", password: "p", query: "SELECT 1 AS input" }));
    const folder = { ...s3Input({ own: { input: { bucket: bucket.bucket, key: "a" } } }), type: "aws-s3-folder" };
    const job = await submit(ours, folder);
    expect(await ended(ours, job)).toMatchObject({ status: "COMPLETED", completed: 1 });
    // The others had not all had their time by then.
    const others = await Promise.all(jobs.map(async (one) => (await call(theirs, "GET", `/jobs/${one}`)).body.status));
    expect(others).toContain("SUBMITTED");
    for (const one of jobs) await call(theirs, "DELETE", `/jobs/${one}`);
  });
});
