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
import { untilAborted } from "../lifecycle/until-aborted.js";

/**
 * A blob store in an S3 bucket, for several machines. Credentials come from where Amazon's tools look for them: the environment,
 * `~/.aws`, the role of the machine or of the Kubernetes service account; so do region and endpoint, unless the address has them.
 *
 * @param location `s3://bucket/prefix?region=...&endpoint=...`
 * @param isElsewhere the environment names a server that is not Amazon's.
 */
export function createS3BlobStore(location: URL, isElsewhere: boolean): BlobStore {
  const bucket = location.hostname;
  const prefix = withoutOuterSlashes(decodeURIComponent(location.pathname));
  const endpoint = location.searchParams.get("endpoint");
  const region = location.searchParams.get("region");
  const client = new S3Client({
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
    // Servers other than Amazon's seldom have a host name for each bucket, and know no checksums in trailers.
    forcePathStyle: isElsewhere || endpoint !== null,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
      socketTimeout: 30_000,
    },
  });
  const keyOf = (key: string) => (prefix === "" ? key : `${prefix}/${key}`);
  const attempt = <Result>(
    doing: string,
    signal: AbortSignal | undefined,
    work: (options: { abortSignal: AbortSignal }) => Promise<Result>,
  ) =>
    untilAborted(signal, async (own) => {
      try {
        return await work({ abortSignal: own });
      } catch (error) {
        throw toBlobStoreError(doing, bucket, error);
      }
    });

  async function removeListed(
    listingPrefix: string,
    isWanted: (key: string) => boolean,
    options: { abortSignal: AbortSignal },
  ): Promise<void> {
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: listingPrefix }, options);
    for await (const page of pages) {
      const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key !== undefined && isWanted(Key) ? [{ Key }] : []));
      if (keys.length === 0) continue;
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
        options,
      );
      const [first] = Errors;
      if (first !== undefined) throw Object.assign(new Error(first.Message), { name: first.Code ?? "DeleteFailed" });
    }
  }

  return {
    check: (signal) =>
      attempt("be reached", signal, async (options) => {
        await client.send(new HeadBucketCommand({ Bucket: bucket }), options);
      }),
    put: (key, bytes, signal) =>
      attempt("take a blob", signal, async (options) => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(key), Body: bytes }), options);
      }),
    read: (key, signal) =>
      attempt("give a blob", signal, async (options) => {
        const { Body, ContentLength = 0 } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: keyOf(key) }),
          options,
        );
        return { sizeBytes: ContentLength, stream: Body as Readable };
      }),
    remove: (keyOrPrefix, signal) =>
      attempt("remove a blob", signal, async (options) => {
        const key = keyOf(keyOrPrefix);
        await removeListed(key, (found) => found === key || found.startsWith(`${key}/`), options);
      }),
  };
}

const advice: Readonly<Record<string, string>> = {
  NoSuchBucket: "create the bucket, or choose another with MILLRACE_BLOBS",
  NotFound: "create the bucket, or choose another with MILLRACE_BLOBS",
  AccessDenied: "the credentials of this process need s3:GetObject, PutObject, DeleteObject and ListBucket there",
  Forbidden: "the credentials of this process need s3:GetObject, PutObject, DeleteObject and ListBucket there",
  InvalidAccessKeyId: "check AWS_ACCESS_KEY_ID",
  SignatureDoesNotMatch: "check AWS_SECRET_ACCESS_KEY",
  CredentialsProviderError: "give this process credentials, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  XMinioStorageFull: "its disk is full: free some space",
  QuotaExceeded: "its quota is used up: free some space",
};

/** The client's message may contain what a server said about a request; only its code is safe to show. */
function toBlobStoreError(doing: string, bucket: string, error: unknown): BlobStoreError {
  const { name, code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  const told = code ?? name;
  const why =
    advice[told] ?? advice[name] ?? "check that the server is running and that its address and region are correct";
  const isMissing = name === "NoSuchKey";
  // No status means no response.
  const { httpStatusCode: status = 503 } = $metadata ?? {};
  const isTransient = !isMissing && !(told in advice) && !(name in advice) && (status >= 500 || status === 429);
  const message = `The blob store s3://${bucket} cannot ${doing} (${told}): ${why}.`;
  return new BlobStoreError(message, isMissing, isTransient, { cause: error });
}

/** A loop: an expression that looks for slashes at an end tries again from each of them. */
function withoutOuterSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (path[start] === "/") start += 1;
  while (end > start && path[end - 1] === "/") end -= 1;
  return path.slice(start, end);
}
