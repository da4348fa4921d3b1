import type { S3Client } from "@aws-sdk/client-s3";
import { MillraceError } from "@millrace/client";

/** Keys of a bucket that begin with `prefix`, in their order; as many as there are. @throws MillraceError naming the bucket. */
export async function* listKeys(client: S3Client, bucket: string, prefix: string): AsyncGenerator<string> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
  } catch (error) {
    throw new MillraceError(`s3://${bucket}/${prefix} cannot be listed: ${describeAwsError(error)}`, { cause: error });
  }
}

/** Whether something lies below a key as below a folder, and no object has the key itself; false where one cannot tell. */
export async function isFolderKey(client: S3Client, bucket: string, key: string): Promise<boolean> {
  const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  try {
    const abortSignal = AbortSignal.timeout(5_000);
    // The key itself comes before all that begins with it.
    const own = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }), {
      abortSignal,
    });
    if (own.Contents?.[0]?.Key === key) return false;
    const below = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${key}/`, MaxKeys: 1 });
    return ((await client.send(below, { abortSignal })).Contents?.length ?? 0) > 0;
  } catch {
    // The server's answer for the object says more.
    return false;
  }
}

/** A sentence, with the code that AWS documents. */
export function describeAwsError(error: unknown): string {
  const { name, message, code } = error as Error & { code?: string };
  const said = message || code || "no reason given";
  return `${said.replace(/\.?$/, "")} (${name === "Error" && code !== undefined ? code : name}).`;
}
