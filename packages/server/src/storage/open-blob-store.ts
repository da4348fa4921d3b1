import type { BlobStore } from "./blob-store.js";
import { createDirectoryBlobStore } from "./directory-blob-store.js";

export interface BlobStoreOptions {
  /** Whether buckets are on a server that is not Amazon's, where their address does not say so. */
  readonly isElsewhere?: boolean;
}

/** @param location a directory, or `s3://bucket/prefix?region=...&endpoint=...` */
export async function openBlobStore(
  location: string,
  { isElsewhere = false }: BlobStoreOptions = {},
): Promise<BlobStore> {
  if (!location.startsWith("s3://")) return createDirectoryBlobStore(location);
  // Amazon's client takes a quarter of a second to load, so load it only if needed.
  const { createS3BlobStore } = await import("./s3-blob-store.js");
  return createS3BlobStore(new URL(location), isElsewhere);
}
