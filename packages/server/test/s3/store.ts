import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { S3Client as AwsClient } from "@aws-sdk/client-s3";
import type { S3Credentials } from "../../src/inputs/s3/object.js";

/** An S3 server to test against. */
export interface Store {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly owner: S3Credentials;
  /** A user who may read nothing; null when the server has no users and checks no signatures. */
  readonly guest: S3Credentials | null;
  close(): Promise<void>;
}

/** Amazon's own client fills the buckets, so that the tests do not ask our code what our code wrote. */
export function awsClientOf(store: Store): AwsClient {
  return new AwsClient({
    endpoint: store.endpoint,
    region: store.region,
    credentials: store.owner,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
}

/** A bucket that no other run uses, and how to remove it with all that is in it. */
export async function createBucket(aws: AwsClient): Promise<{ bucket: string; remove: () => Promise<void> }> {
  const bucket = `millrace-test-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  await aws.send(new CreateBucketCommand({ Bucket: bucket }));
  const remove = async () => {
    const listed = await aws.send(new ListObjectsV2Command({ Bucket: bucket }));
    for (const { Key } of listed.Contents ?? []) await aws.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    await aws.send(new DeleteBucketCommand({ Bucket: bucket }));
  };
  return { bucket, remove };
}
