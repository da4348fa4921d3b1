import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { keyOf, type Target, type Workload } from "./workload.js";

/** Makes a bucket with the objects of all workloads, readable by everyone so that unsigned requests are served too. */
export async function fillBucket(
  target: Omit<Target, "bucket">,
  workloads: readonly Workload[],
): Promise<{ bucket: string; remove: () => Promise<void> }> {
  const { endpoint, region, accessKeyId, secretAccessKey } = target;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  const bucket = `millrace-bench-${Date.now().toString(36)}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const keys = workloads.flatMap((workload) =>
    Array.from({ length: workload.objectCount }, (_, index) => ({ workload, key: keyOf(workload, index) })),
  );
  await inLanes(keys, ({ workload, key }) =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: Buffer.alloc(workload.sizeBytes, "x"),
        ACL: "public-read",
      }),
    ),
  );
  const remove = async () => {
    await inLanes(keys, ({ key }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    client.destroy();
  };
  return { bucket, remove };
}

async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const remaining = items.values();
  const lane = async () => {
    for (const item of remaining) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}
