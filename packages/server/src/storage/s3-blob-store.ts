import type { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { BlobStoreError, type BlobStore } from "./blob-store.js";

/**
 * A blob store in an S3 bucket, for several machines. Credentials come from where Amazon's tools look for them: the environment,
 * `~/.aws`, the role of the machine or of the Kubernetes service account; so do region and endpoint, unless the address has them.
 *
 * @param location `s3://bucket/prefix?region=...&endpoint=...`
 */
export function createS3BlobStore(location: URL): BlobStore {
  const bucket = location.hostname;
  const prefix = decodeURIComponent(location.pathname).replace(/^\/+|\/+$/g, "");
  const endpoint = location.searchParams.get("endpoint");
  const region = location.searchParams.get("region");
  const isElsewhere = endpoint !== null || "AWS_ENDPOINT_URL_S3" in process.env || "AWS_ENDPOINT_URL" in process.env;
  const client = new S3Client({
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
    // Servers other than Amazon's seldom have a host name for each bucket, and know no checksums in trailers.
    forcePathStyle: isElsewhere,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
      socketTimeout: 30_000,
    },
  });
  const keyOf = (key: string) => (prefix === "" ? key : `${prefix}/${key}`);
  const attempt = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw toBlobStoreError(doing, bucket, error);
    }
  };

  async function removeListed(listingPrefix: string, isWanted: (key: string) => boolean): Promise<void> {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: listingPrefix })) {
      const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key !== undefined && isWanted(Key) ? [{ Key }] : []));
      if (keys.length === 0) continue;
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined) throw Object.assign(new Error(first.Message), { name: first.Code ?? "DeleteFailed" });
    }
  }

  return {
    check: () => attempt("be reached", async () => void (await client.send(new HeadBucketCommand({ Bucket: bucket })))),
    put: (key, bytes) =>
      attempt("take a blob", async () => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(key), Body: bytes }));
      }),
    read: (key) =>
      attempt("give a blob", async () => {
        const { Body, ContentLength = 0 } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: keyOf(key) }),
        );
        return { sizeBytes: ContentLength, stream: Body as Readable };
      }),
    remove: (keyOrPrefix) =>
      attempt("remove a blob", async () => {
        const key = keyOf(keyOrPrefix);
        await removeListed(key, (found) => found === key || found.startsWith(`${key}/`));
      }),
  };
}

const advice: Readonly<Record<string, string>> = {
  NoSuchBucket: "make the bucket, or name another in MILLRACE_BLOBS",
  NotFound: "make the bucket, or name another in MILLRACE_BLOBS",
  AccessDenied: "the credentials of this process need s3:GetObject, PutObject, DeleteObject and ListBucket there",
  Forbidden: "the credentials of this process need s3:GetObject, PutObject, DeleteObject and ListBucket there",
  InvalidAccessKeyId: "check AWS_ACCESS_KEY_ID",
  SignatureDoesNotMatch: "check AWS_SECRET_ACCESS_KEY",
  CredentialsProviderError: "give this process credentials, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  XMinioStorageFull: "its disk is full: free some space",
  QuotaExceeded: "its quota is used up: free some space",
};

/** The client's own words may hold what a server said of a request; only its code is told. */
function toBlobStoreError(doing: string, bucket: string, error: unknown): BlobStoreError {
  const { name, code } = error as Error & { code?: string };
  const told = code ?? name;
  const why = advice[told] ?? advice[name] ?? "check that the server runs and that its address and region are right";
  return new BlobStoreError(`The blob store s3://${bucket} cannot ${doing} (${told}): ${why}.`, name === "NoSuchKey", {
    cause: error,
  });
}
