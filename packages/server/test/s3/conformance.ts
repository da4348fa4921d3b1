import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client as AwsClient,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createS3Client, type S3Client } from "../../src/inputs/s3/client.js";
import type { S3Credentials, S3Object } from "../../src/inputs/s3/object.js";
import { S3Error } from "../../src/inputs/s3/s3-error.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { awsClientOf, createBucket, type Store } from "./store.js";

const mebibyte = 2 ** 20;

/** Keys that clients get wrong. */
export const awkwardKeys = [
  "plain.txt",
  "folder/with/slashes.txt",
  "with space.txt",
  "plus+sign.txt",
  "question?mark.txt",
  "hash#tag.txt",
  "percent%20literal.txt",
  "hundred%.txt",
  "ampersand&equals=.txt",
  "colon:semi;comma,at@dollar$.txt",
  "brackets[](){}<>.txt",
  "quote'double\"back`tick.txt",
  "star*bang!pipe|caret^tilde~.txt",
  "back\\slash.txt",
  "grüße-äöü.txt",
  "日本語/ファイル.txt",
  "emoji-😀.txt",
  "combining-e\u0301.txt",
  "dots..in..name.txt",
  "double//slash.txt",
  "trailing/slash/",
  "up/../down.txt",
  "./here.txt",
];

/** What must hold against every S3 server; with a guest, also what only servers that check signatures can show. */
export function describeConformance(
  name: string,
  start: () => Promise<Store>,
  capabilities: { hasUsers: boolean },
): void {
  describe(`fetching from ${name}`, () => {
    let store: Store;
    let aws: AwsClient;
    let client: S3Client;
    let bucket: string;
    let remove: () => Promise<void>;

    beforeAll(async () => {
      store = await start();
      aws = awsClientOf(store);
      client = createS3Client({ outbound: loopbackOutbound, endpoint: store.endpoint });
      ({ bucket, remove } = await createBucket(aws));
    });
    afterAll(async () => {
      await remove();
      await client.close();
      aws.destroy();
      await store.close();
    });

    const put = (key: string, body: Uint8Array | string, acl?: "public-read") =>
      aws.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...(acl === undefined ? {} : { ACL: acl }) }),
      );
    const objectOf = (key: string, change: Partial<S3Object> = {}): S3Object => ({
      bucket,
      key,
      region: store.region,
      credentials: store.owner,
      ...change,
    });
    const get = (object: S3Object, maximumSizeBytes = 64 * mebibyte, by = client) =>
      by.get(object, { maximumSizeBytes, signal: new AbortController().signal });
    const refusalOf = async (object: S3Object, maximumSizeBytes?: number, by?: S3Client) => {
      const error = await get(object, maximumSizeBytes, by).then(
        () => new Error("It was served."),
        (reason: unknown) => reason,
      );
      if (!(error instanceof S3Error)) throw error;
      return error;
    };

    test.each(awkwardKeys)("serves the key %j", async (key) => {
      await put(key, `content of ${key}`);
      expect(Buffer.from(await get(objectOf(key))).toString()).toBe(`content of ${key}`);
    });

    test("reads the version that is asked for", async ({ skip }) => {
      const versioned = await createBucket(aws);
      try {
        const enable = { Bucket: versioned.bucket, VersioningConfiguration: { Status: "Enabled" as const } };
        await aws.send(new PutBucketVersioningCommand(enable)).catch(() => undefined);
        const put = (Body: string) =>
          aws.send(new PutObjectCommand({ Bucket: versioned.bucket, Key: "a b.txt", Body }));
        const { VersionId: first } = await put("the first");
        const { VersionId: second } = await put("the second");
        if (first === undefined || second === undefined) return skip("this server keeps no versions");
        const read = async (versionId?: string) => {
          const object = { bucket: versioned.bucket, key: "a b.txt", region: store.region, credentials: store.owner };
          const bytes = await client.get(
            { ...object, ...(versionId !== undefined && { versionId }) },
            { maximumSizeBytes: mebibyte, signal: new AbortController().signal },
          );
          return Buffer.from(bytes).toString("utf8");
        };
        expect([await read(first), await read(second), await read()]).toEqual([
          "the first",
          "the second",
          "the second",
        ]);
        await expect(read(`${first.slice(1)}A`)).rejects.toThrow(S3Error);
        for (const VersionId of [first, second])
          await aws.send(new DeleteObjectCommand({ Bucket: versioned.bucket, Key: "a b.txt", VersionId }));
      } finally {
        await versioned.remove();
      }
    });

    test("drops a leading slash of the key", async () => {
      await put("slashed/key.txt", "here");
      expect(Buffer.from(await get(objectOf("/slashed/key.txt"))).toString()).toBe("here");
    });

    test("serves an empty object", async () => {
      await put("empty", "");
      expect((await get(objectOf("empty"))).byteLength).toBe(0);
    });

    test("serves 5 MiB byte for byte", async () => {
      const content = randomBytes(5 * mebibyte);
      await put("large", content);
      expect(content.equals(await get(objectOf("large")))).toBe(true);
    });

    test("serves 20 MiB that were uploaded in parts", async () => {
      const parts = [...Array.from({ length: 4 }, () => randomBytes(5 * mebibyte)), randomBytes(123)];
      await uploadInParts(aws, bucket, "in-parts", parts);
      expect(Buffer.concat(parts).equals(await get(objectOf("in-parts")))).toBe(true);
    });

    test("serves 500 objects at once over few connections", async () => {
      await put("often", "the same");
      const bodies = await Promise.all(Array.from({ length: 500 }, () => get(objectOf("often"))));
      expect(new Set(bodies.map((body) => Buffer.from(body).toString()))).toEqual(new Set(["the same"]));
    });

    test("a key that does not exist is NoSuchKey, for good", async () => {
      const error = await refusalOf(objectOf("no such.txt"));
      expect(error.message).toBe(`There is no object "no such.txt" in bucket "${bucket}" (NoSuchKey): check the key.`);
      expect([error.code, error.statusCode, error.isTransient]).toEqual(["NoSuchKey", 404, false]);
    });

    test("a bucket that does not exist is NoSuchBucket", async () => {
      const error = await refusalOf(objectOf("a.txt", { bucket: `${bucket}-missing` }));
      expect([error.code, error.isTransient]).toEqual(["NoSuchBucket", false]);
      expect(error.message).toContain(`${bucket}-missing`);
    });

    test("an object above the limit is refused", async () => {
      await put("too-large", randomBytes(mebibyte + 1));
      const error = await refusalOf(objectOf("too-large"), mebibyte);
      expect([error.code, error.isTransient]).toEqual(["ObjectTooLarge", false]);
      expect((await get(objectOf("too-large"), mebibyte + 1)).byteLength).toBe(mebibyte + 1);
    });

    if (capabilities.hasUsers) {
      test("a wrong secret is SignatureDoesNotMatch and does not appear", async () => {
        const credentials = { ...store.owner, secretAccessKey: "wrong-secret-value" };
        await expectRefusal(objectOf("plain.txt", { credentials }), "SignatureDoesNotMatch", credentials);
      });

      test("an unknown access key is InvalidAccessKeyId and does not appear", async () => {
        const credentials = { ...store.owner, accessKeyId: "NOBODYKNOWSTHISKEY" };
        await expectRefusal(objectOf("plain.txt", { credentials }), "InvalidAccessKeyId", credentials);
      });

      test("a user without permission is AccessDenied", async () => {
        await put("private", "for the owner");
        await expectRefusal(objectOf("private", { credentials: store.guest }), "AccessDenied", store.guest);
      });

      test("without credentials a private object is AccessDenied", async () => {
        await put("private", "for the owner");
        const error = await refusalOf(objectOf("private", { credentials: null }));
        expect(error.code).toBe("AccessDenied");
        expect(error.message).toMatch(/^Anonymous access/);
      });

      test("without credentials a public object is served", async () => {
        await put("public with space", "for all", "public-read");
        const body = await get(objectOf("public with space", { credentials: null }));
        expect(Buffer.from(body).toString()).toBe("for all");
      });

      test("a clock an hour behind is RequestTimeTooSkewed", async () => {
        const late = createS3Client({
          outbound: loopbackOutbound,
          endpoint: store.endpoint,
          now: () => new Date(Date.now() - 3_600_000),
        });
        const error = await refusalOf(objectOf("plain.txt"), mebibyte, late);
        await late.close();
        expect([error.code, error.isTransient]).toEqual(["RequestTimeTooSkewed", false]);
      });
    }

    async function expectRefusal(object: S3Object, code: string, credentials: S3Credentials | null): Promise<void> {
      const error = await refusalOf(object);
      expect([error.code, error.statusCode, error.isTransient]).toEqual([code, 403, false]);
      expect(error.message).toContain(JSON.stringify(object.key));
      expect(error.message).not.toContain(credentials?.accessKeyId);
      expect(error.message).not.toContain(credentials?.secretAccessKey);
    }
  });
}

async function uploadInParts(aws: AwsClient, Bucket: string, Key: string, parts: Uint8Array[]): Promise<void> {
  const { UploadId } = await aws.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = await Promise.all(
    parts.map(async (Body, index) => {
      const PartNumber = index + 1;
      const { ETag } = await aws.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    }),
  );
  await aws.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}
