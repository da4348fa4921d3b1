import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobDetails, JobResults } from "@millrace/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";
import { noOp, s3Input, startTestBucket, type TestBucket } from "../support/test-server.js";

const apiKey = "test.a-key-for-tests-only-of-32-characters";
const inputCount = 6_000;

let bucket: TestBucket;
let dataDirectory: string;
let server: ServerProcess | undefined;

beforeAll(async () => {
  bucket = await startTestBucket();
  await bucket.put("a.bin", "some bytes");
  dataDirectory = await mkdtemp(join(tmpdir(), "millrace-killed-"));
});
afterAll(async () => {
  await server?.kill("SIGTERM");
  await bucket.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

const start = async () => {
  server = await startServerProcess(dataDirectory, { MILLRACE_API_KEY: apiKey, AWS_ENDPOINT_URL_S3: bucket.endpoint });
  return server;
};

const call = async <Body>(url: string, method: string, path: string, body?: object): Promise<Body> => {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Body;
};

const pollUntil = async (
  url: string,
  job: string,
  isReached: (details: JobDetails) => boolean,
): Promise<JobDetails> => {
  for (;;) {
    const details = await call<JobDetails>(url, "GET", `/jobs/${job}?exclude=jobInputs`);
    if (isReached(details)) return details;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

test("a job whose server is killed twice finishes after the next start, with one result for every input", async () => {
  const sources = Object.fromEntries(
    Array.from({ length: inputCount }, (_, index) => [
      `input-${index}`,
      { input: { bucket: bucket.bucket, key: "a.bin" } },
    ]),
  );
  const { jobIdentifier } = await call<JobDetails>((await start()).url, "POST", "/jobs", {
    model: noOp,
    input: s3Input(sources),
  });

  for (const share of [0.1, 0.5]) {
    const { completed } = await pollUntil(
      server?.url ?? "",
      jobIdentifier,
      (job) => job.completed > share * inputCount,
    );
    expect(completed).toBeLessThan(inputCount);
    await server?.kill("SIGKILL");
    await start();
    const after = await call<JobDetails>(server?.url ?? "", "GET", `/jobs/${jobIdentifier}?exclude=jobInputs`);
    expect(after.completed).toBeGreaterThanOrEqual(completed);
  }

  const job = await pollUntil(server?.url ?? "", jobIdentifier, ({ status }) => status === "COMPLETED");
  expect(job).toMatchObject({ total: inputCount, completed: inputCount, failed: 0, pending: 0 });
  const { results, failures } = await call<JobResults>(server?.url ?? "", "GET", `/results/${jobIdentifier}`);
  expect(Object.keys(failures)).toEqual([]);
  expect(Object.keys(results)).toEqual(Object.keys(sources));
  for (const result of Object.values(results)) expect(result["results.json"]).toEqual({ sizeBytes: 10 });
});

test("SIGTERM during a job shuts down cleanly, and the next start resumes the job at once", async () => {
  const sources = Object.fromEntries(
    Array.from({ length: inputCount }, (_, index) => [
      `input-${index}`,
      { input: { bucket: bucket.bucket, key: "a.bin" } },
    ]),
  );
  const { jobIdentifier } = await call<JobDetails>(server?.url ?? "", "POST", "/jobs", {
    model: noOp,
    input: s3Input(sources),
  });
  await pollUntil(server?.url ?? "", jobIdentifier, (job) => job.completed > 0);
  const stopped = server;
  await stopped?.kill("SIGTERM");
  expect(stopped?.child.exitCode).toBe(0);
  await start();
  const job = await pollUntil(server?.url ?? "", jobIdentifier, ({ status }) => status === "COMPLETED");
  expect(job).toMatchObject({ completed: inputCount, failed: 0 });
});
