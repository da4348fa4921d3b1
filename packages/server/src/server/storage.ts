import { mkdir } from "node:fs/promises";
import type { Configuration } from "../configuration/configuration.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { BlobStoreError, type BlobStore } from "../storage/blob-store.js";
import { openBlobStore } from "../storage/open-blob-store.js";

/** @throws ConfigurationError when there is no data directory, and none can be created. */
export async function makeDataDirectory({ dataDirectory }: Configuration): Promise<void> {
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o755 });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `The data directory ${dataDirectory} cannot be created (${code}): choose a writable one with --data.`,
    );
  }
}

/** @throws ConfigurationError when the blob store cannot be read and written. */
export async function openCheckedBlobStore({ blobs: location, s3Endpoint }: Configuration): Promise<BlobStore> {
  const blobs = await openBlobStore(location, { isElsewhere: s3Endpoint !== undefined });
  try {
    await blobs.check();
  } catch (error) {
    throw error instanceof BlobStoreError ? new ConfigurationError(error.message, { cause: error }) : error;
  }
  return blobs;
}
