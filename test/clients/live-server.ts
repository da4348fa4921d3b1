import { mkdtemp, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { awsClientOf, createBucket } from "../../packages/server/test/s3/store.js";
import { startFauxqsStore } from "../../packages/server/test/s3/fauxqs-store.js";
import { startServerProcess } from "../../packages/server/test/support/server-process.js";
import { putExampleObject } from "./documented-call.js";

/** What a client's program is told, as environment variables. */
export interface LiveServer {
  readonly environment: Record<string, string>;
  close(): Promise<void>;
}

/** The built server as a process of its own beside an S3 server with a bucket that holds `texts/happy.txt`, and the bucket of the documented call. */
export async function startLiveServer(): Promise<LiveServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-clients-"));
  const store = await startFauxqsStore();
  const aws = awsClientOf(store);
  const { bucket } = await createBucket(aws);
  await aws.send(
    new PutObjectCommand({ Bucket: bucket, Key: "texts/happy.txt", Body: "What a wonderful, lovely day!" }),
  );
  await putExampleObject(aws);
  aws.destroy();
  const apiKey = `clients.${randomBytes(16).toString("hex")}`;
  const server = await startServerProcess(dataDirectory, {
    MILLRACE_API_KEY: apiKey,
    AWS_ENDPOINT_URL_S3: store.endpoint,
  });
  return {
    environment: {
      MILLRACE_TEST_URL: server.url,
      MILLRACE_TEST_API_KEY: apiKey,
      MILLRACE_TEST_S3_ENDPOINT: store.endpoint,
      MILLRACE_TEST_BUCKET: bucket,
      MILLRACE_TEST_OBJECT: "texts/happy.txt",
    },
    async close() {
      await server.kill("SIGTERM");
      await store.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
