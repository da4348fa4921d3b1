import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import type { S3Server } from "./options.js";
import type { SampleFile } from "./sample-files.js";

const requestsAtOnce = 16;

export interface SampleBucket {
  readonly bucket: string;
  /** Uploads the files under a unique prefix and returns their keys in the same order. */
  put(folder: string, files: readonly SampleFile[], signal: AbortSignal): Promise<string[]>;
  /** Removes the uploaded objects, and the bucket if it was created here. */
  remove(): Promise<void>;
}

/**
 * Opens the server's bucket, or creates one.
 *
 * @throws if the server cannot be reached or rejects a request; the message is one sentence that names the server.
 */
export async function openSampleBucket(server: S3Server, signal: AbortSignal): Promise<SampleBucket> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const s3 = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  const id = randomBytes(4).toString("hex");
  const bucket = server.bucket ?? `millrace-demo-${id}`;
  const prefix = `millrace-demo-${id}`;
  const keysPut: string[] = [];
  const limit = pLimit(requestsAtOnce);
  const explain = (what: string) => (error: unknown) => {
    signal.throwIfAborted();
    const { name, message } = error as Error;
    throw new Error(`The S3 server ${endpoint} did not ${what} (${name}: ${message}).`, { cause: error });
  };

  if (server.bucket === undefined)
    await s3.send(new CreateBucketCommand({ Bucket: bucket }), { abortSignal: signal }).catch(explain("make a bucket"));
  return {
    bucket,
    put: (folder, files, uploadSignal) =>
      limit.map(files, async ({ name, bytes }) => {
        const key = `${prefix}/${folder}/${name}`;
        keysPut.push(key);
        const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes });
        await s3.send(command, { abortSignal: uploadSignal }).catch(explain(`take ${bucket}/${key}`));
        return key;
      }),
    async remove() {
      try {
        await limit.map(keysPut, (key) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
        if (server.bucket === undefined) await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      } finally {
        s3.destroy();
      }
    },
  };
}
