import { setMaxListeners } from "node:events";
import { networkInterfaces } from "node:os";
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalS3 } from "../../examples/demo/local-s3.js";
import { openSampleBucket } from "../../examples/demo/sample-bucket.js";
import { readSampleFiles } from "../../examples/demo/sample-files.js";

describe("the demo's bucket", () => {
  let s3: Awaited<ReturnType<typeof startLocalS3>>;
  let aws: S3Client;
  const { signal } = new AbortController();

  beforeAll(async () => {
    setMaxListeners(0, signal);
    s3 = await startLocalS3();
    const { endpoint, region, accessKeyId, secretAccessKey } = s3;
    aws = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
  });
  afterAll(async () => {
    aws?.destroy();
    await s3?.close();
  });

  const bucketNames = async () => ((await aws.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name);

  it("holds the sample files while the demo runs and is gone afterwards", async () => {
    const files = await readSampleFiles("texts");
    const bucket = await openSampleBucket(s3, signal);
    const keys = await bucket.put("texts", files, signal);
    expect(keys).toHaveLength(files.length);
    const stored = await aws.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: keys[0] }));
    expect(await stored.Body?.transformToString()).toBe(Buffer.from(files[0]?.bytes ?? []).toString());
    await bucket.remove();
    expect(await bucketNames()).not.toContain(bucket.bucket);
  });

  it("leaves an existing bucket unchanged", async () => {
    const mine = await openSampleBucket(s3, signal);
    await mine.put("mine", [{ name: "keep.txt", bytes: Buffer.from("keep") }], signal);
    const demo = await openSampleBucket({ ...s3, bucket: mine.bucket }, signal);
    await demo.put("texts", [{ name: "a.txt", bytes: Buffer.from("a") }], signal);
    await demo.remove();
    const { Contents = [] } = await aws.send(new ListObjectsV2Command({ Bucket: mine.bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual([expect.stringMatching(/mine\/keep\.txt$/)]);
    await mine.remove();
  });

  it("says in one sentence that a server does not respond", async () => {
    const gone = await startLocalS3();
    await gone.close();
    await expect(openSampleBucket(gone, signal)).rejects.toThrow(
      `The S3 server ${gone.endpoint} did not make a bucket`,
    );
  });

  it("is reachable only from this machine", async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address !== undefined && !address.internal && address.family === "IPv4");
    if (outside === undefined) return;
    const elsewhere = s3.endpoint.replace("127.0.0.1", outside.address);
    await expect(fetch(elsewhere)).rejects.toThrow("fetch failed");
  });
});
