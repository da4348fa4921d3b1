import type { LimitsWithUse } from "@millrace/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  noOp,
  s3Input,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../support/test-server.js";

describe("quotas", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let account: string;
  let key: string;
  let team: string;
  const asKey = () => ({ authorization: `ApiKey ${key}` });
  const texts = (count: number, item = "input") =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`input-${index}`, { [item]: "four" }]));
  const submit = (input: object | undefined, headers: Record<string, string> = {}) =>
    server.call("POST", "/jobs", { model: noOp, ...(input && { input }) }, { ...asKey(), ...headers });
  const submitTexts = (count: number, headers?: Record<string, string>) =>
    submit({ type: "text", sources: texts(count) }, headers);
  const setLimits = async (limits: object, place = `accounts/${account}`) => {
    const { status, body } = await server.call<LimitsWithUse>("PUT", `/accounting/${place}/limits`, limits);
    expect(status).toBe(200);
    return body;
  };
  const use = async (place = `accounts/${account}`) =>
    (await server.call<LimitsWithUse>("GET", `/accounting/${place}/limits`, undefined, asKey())).body.use;
  const ended = async (job: string) => {
    const isOver = async () => (await server.call("GET", `/jobs/${job}`, undefined, asKey())).body.status;
    await expect.poll(isOver).toMatch(/COMPLETED|CANCELED|TIMEDOUT/);
  };

  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
  });
  beforeEach(async () => {
    const { body } = await server.call("POST", "/accounting/accounts", { name: "Tenant", email: "tenant@example.com" });
    account = body.identifier;
    key = body.key;
    team = (await server.call("GET", "/accounting/teams", undefined, asKey())).body[0].identifier;
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
  });

  it("of inputs: a refusal names the quota, the usage and the reset time, and leaves nothing behind", async () => {
    await setLimits({ inputsPerDay: 5 });
    expect((await submitTexts(4)).status).toBe(201);
    const { status, body, headers } = await submitTexts(2);
    expect([status, body.code]).toEqual([429, "limits.quota"]);
    expect(body.message).toMatch(
      /account .* would use 6 inputs today and may use 5 \(inputsPerDay\).*T00:00:00\.000\+00:00/,
    );
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await use()).toMatchObject({ inputsToday: 4 });
    expect((await submitTexts(1)).status).toBe(201);
    expect((await server.call("GET", "/jobs/history", undefined, asKey())).body).toHaveLength(2);
  });

  it("of inputs: failed and canceled inputs are credited, and a retry charges them again", async () => {
    await setLimits({ inputsPerDay: 6 });
    const mixed = await submit({ type: "text", sources: { ...texts(2), wrong: { other: "x" } } });
    await ended(mixed.body.jobIdentifier);
    expect(await use()).toMatchObject({ inputsToday: 2, concurrentJobs: 0 });
    const paused = await submitTexts(4);
    expect((await submitTexts(1)).status).toBe(429);
    await server.call("DELETE", `/jobs/${paused.body.jobIdentifier}`, undefined, asKey());
    await ended(paused.body.jobIdentifier);
    const done = (await server.call("GET", `/jobs/${paused.body.jobIdentifier}`, undefined, asKey())).body.completed;
    expect(await use()).toMatchObject({ inputsToday: 2 + done });
    await setLimits({ inputsPerDay: 2 });
    const retry = () => server.call("POST", `/jobs/${mixed.body.jobIdentifier}/retry`, {}, asKey());
    expect((await retry()).status).toBe(429);
    await setLimits({});
    expect((await retry()).status).toBe(200);
    await ended(mixed.body.jobIdentifier);
    expect(await use()).toMatchObject({ inputsToday: 2 + done });
  });

  it("of inputs: a submission repeated with its idempotency key is charged once, even if the quota is used up", async () => {
    await setLimits({ inputsPerDay: 3 });
    const first = await submitTexts(3, { "idempotency-key": "once" });
    const again = await submitTexts(3, { "idempotency-key": "once" });
    expect([again.status, again.body.jobIdentifier]).toEqual([201, first.body.jobIdentifier]);
    await ended(first.body.jobIdentifier);
    expect(await use()).toMatchObject({ inputsToday: 3 });
  });

  it("of inputs: a folder with too many fails as a whole, with the reason", async () => {
    for (const name of ["a", "b", "c"]) await bucket.put(`folder/${name}.bin`, name);
    await setLimits({ inputsPerDay: 2 });
    const folder = { ...s3Input({ all: { input: { bucket: bucket.bucket, key: "folder/" } } }), type: "aws-s3-folder" };
    const { status, body } = await submit(folder);
    expect([status, body.message]).toEqual([201, undefined]);
    await ended(body.jobIdentifier);
    const { failures } = (await server.call("GET", `/results/${body.jobIdentifier}`, undefined, asKey())).body;
    expect(Object.values(failures)).toEqual([
      expect.objectContaining({ code: "limits.quota", error: expect.stringContaining("may use 2") }),
    ]);
    expect(await use()).toMatchObject({ inputsToday: 0 });
    await setLimits({ inputsPerDay: 3 });
    const fits = await submit(folder);
    await ended(fits.body.jobIdentifier);
    expect(await use()).toMatchObject({ inputsToday: 3, bytesToday: 3 });
  });

  it("of bytes: count fetched and uploaded bytes, and refuse more once they are used up", async () => {
    const bytes = (count: number) =>
      server.call(
        "POST",
        `/jobs/${open}/a/input`,
        `--b\r\ncontent-disposition: form-data; name="input"; filename="f"\r\n\r\n${"x".repeat(count)}\r\n--b--\r\n`,
        {
          ...asKey(),
          "content-type": "multipart/form-data; boundary=b",
        },
      );
    await setLimits({ bytesPerDay: 10 });
    const open = (await submit(undefined)).body.jobIdentifier;
    expect((await bytes(8)).status).toBe(204);
    expect((await bytes(2)).status).toBe(204);
    const { status, body } = await bytes(1);
    expect([status, body.message]).toEqual([429, expect.stringContaining("10 bytes of 10 bytes today")]);
    expect((await submitTexts(1)).status).toBe(429);
    await setLimits({ bytesPerDay: 11 });
    expect((await server.call("POST", `/jobs/${open}/close`, undefined, asKey())).status).toBe(200);
    await ended(open);
    expect(await use()).toMatchObject({ bytesToday: 10, inputsToday: 1 });
    const texts4 = await submitTexts(1);
    await ended(texts4.body.jobIdentifier);
    expect(await use()).toMatchObject({ bytesToday: 14 });
  });

  it("of model time and of concurrent jobs", async () => {
    const job = await submitTexts(20);
    await ended(job.body.jobIdentifier);
    const { modelHoursThisMonth } = await use();
    expect(modelHoursThisMonth).toBeGreaterThan(0);
    await setLimits({ modelHoursPerMonth: modelHoursThisMonth / 2 });
    const { body } = await submitTexts(1);
    expect(body.message).toMatch(/hours of model time this month \(modelHoursPerMonth\).*-01T00:00:00/);
    await setLimits({ concurrentJobs: 0 });
    const atOnce = await submitTexts(1);
    expect([atOnce.body.code, atOnce.headers.get("retry-after")]).toEqual(["limits.quota", "10"]);
  });

  it.each(["team", "key"] as const)("apply to a %s", async (scope) => {
    const place = scope === "team" ? `teams/${team}` : `access-keys/${key.split(".")[0]}`;
    await setLimits({ inputsPerDay: 1 }, place);
    expect((await submitTexts(2)).body.message).toMatch(
      scope === "team" ? /The team .* may use 1/ : /The API key .* may use 1/,
    );
    expect((await submitTexts(1)).status).toBe(201);
    expect(await use(place)).toMatchObject({ inputsToday: 1 });
  });

  it("are visible to their account and set by a system owner; an administrator sets those of teams and keys", async () => {
    const put = (place: string) => server.call("PUT", `/accounting/${place}/limits`, { inputsPerDay: 9 }, asKey());
    expect((await put(`accounts/${account}`)).status).toBe(403);
    expect((await put(`teams/${team}`)).body.limits.inputsPerDay).toBe(9);
    const other = (await server.call("POST", "/accounting/accounts", { name: "B", email: "b@example.com" })).body;
    expect((await put(`access-keys/${other.key.split(".")[0]}`)).status).toBe(404);
    const path = `/accounting/accounts/${other.identifier}/limits`;
    expect((await server.call("GET", path, undefined, asKey())).status).toBe(404);
    const { status, body } = await server.call("PUT", path, { inputsPerDay: "many" });
    expect([status, body.message]).toEqual([400, expect.stringContaining("inputsPerDay")]);
  });
});
