import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { JobDetails, JobReceipt, JobResults } from "@millrace/contract";
import { startServer, type ServerOptions } from "../../src/index.js";
import { startFauxqsStore } from "../s3/fauxqs-store.js";
import { awsClientOf, createBucket } from "../s3/store.js";
import { createTestDatabase } from "./test-database.js";

/** What came back for one call. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface TestServer {
  readonly url: string;
  readonly apiKey: string;
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  /** Calls a route below `/api` with the admin key; a plain object is sent as JSON. */
  call<Body = any>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  submit(body: object): Promise<JobReceipt>;
  /** Polls until the job has ended. */
  waitForEnd(jobIdentifier: string): Promise<JobDetails>;
  results(jobIdentifier: string): Promise<JobResults>;
  /** Ends the server only; its database and data stay for another. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A whole server in this process, with a database of its own. */
export async function startTestServer(options: ServerOptions = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-test-"));
  const apiKey = `test.${randomBytes(16).toString("hex")}`;
  const server = await startServer({
    databaseUrl: database.connectionString,
    dataDirectory,
    apiKey,
    port: 0,
    logLevel: "silent",
    // Servers of tests are on this machine.
    outbound: "loopback",
    proxies: { http: "", https: "", no: "" },
    // A slow machine is no fault: these limits are for databases and parts that hang.
    statementLimitMs: 300_000,
    closeLimitMs: 300_000,
    ...options,
  });
  const url = server.url ?? "";

  const call: TestServer["call"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `ApiKey ${apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/json(;|$)/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const expectOk = async <Body>(answer: Promise<Answer>): Promise<Body> => {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`Expected success, found ${status}: ${JSON.stringify(body)}`);
    return body as Body;
  };

  return {
    url,
    apiKey,
    dataDirectory,
    databaseUrl: database.connectionString,
    call,
    submit: (body) => expectOk(call("POST", "/jobs", body)),
    async waitForEnd(jobIdentifier) {
      for (;;) {
        const job = await expectOk<JobDetails>(call("GET", `/jobs/${jobIdentifier}?exclude=jobInputs`));
        if (!["SUBMITTED", "IN_PROGRESS"].includes(job.status)) return job;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    results: (jobIdentifier) => expectOk(call("GET", `/results/${jobIdentifier}`)),
    stop: () => server.close(),
    async close() {
      await server.close();
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

export interface TestBucket {
  readonly endpoint: string;
  readonly bucket: string;
  put(key: string, body: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A bucket on an S3 server in this process. */
export async function startTestBucket(): Promise<TestBucket> {
  const store = await startFauxqsStore();
  const aws = awsClientOf(store);
  const { bucket } = await createBucket(aws);
  return {
    endpoint: store.endpoint,
    bucket,
    async put(key, body) {
      await aws.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    async close() {
      aws.destroy();
      await store.close();
    },
  };
}

export const sentiment = { identifier: "ed542963de", version: "0.0.27" };
export const noOp = { identifier: "c0ffee0000", version: "1.0.0" };

/** The input of a submission whose data items lie in a bucket. */
export function s3Input(sources: object, secretAccessKey = "test-secret-access-key") {
  return { type: "aws-s3", accessKeyID: "test", secretAccessKey, region: "us-east-1", sources };
}
