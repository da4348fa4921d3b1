import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { BlobStore } from "../storage/blob-store.js";
import { findModelFolder, unpackArchive } from "./unpack-archive.js";

/** The archive of a version that was deployed through the API, as its row has it. */
export interface StoredArchive {
  readonly blobKey: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Versions that were deployed as archives: kept in the blob store, unpacked on every machine that runs them. */
export interface DeployedModels {
  /** Keeps an archive for all machines. */
  store(place: { readonly identifier: string; readonly version: string }, bytes: Uint8Array): Promise<StoredArchive>;
  /** The folder with the files of a version on this machine; fetched and unpacked when they are asked for first. */
  directoryOf(archive: StoredArchive): Promise<string>;
  remove(archive: StoredArchive): Promise<void>;
}

/** @param directory where archives are unpacked on this machine. */
export function createDeployedModels({
  blobs,
  directory,
}: {
  readonly blobs: BlobStore;
  readonly directory: string;
}): DeployedModels {
  const unpacking = new Map<string, Promise<string>>();

  async function unpack({ blobKey, sha256 }: StoredArchive): Promise<string> {
    const place = join(directory, sha256);
    if (await stat(place).catch(() => undefined)) return join(place, await findModelFolder(place));
    const bytes = await buffer((await blobs.read(blobKey)).stream);
    const found = sha256Of(bytes);
    if (found !== sha256)
      throw new Error(`The archive ${blobKey} in the blob store is not the one that was deployed: deploy it again.`);
    return unpackArchive(bytes, place);
  }

  return {
    async store({ identifier, version }, bytes) {
      const blobKey = `models/${identifier}/${version}.tar`;
      await blobs.put(blobKey, bytes);
      return { blobKey, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength };
    },
    directoryOf(archive) {
      const known = unpacking.get(archive.sha256);
      if (known !== undefined) return known;
      const found = unpack(archive);
      unpacking.set(archive.sha256, found);
      found.catch(() => unpacking.delete(archive.sha256));
      return found;
    },
    async remove(archive) {
      unpacking.delete(archive.sha256);
      await blobs.remove(archive.blobKey);
    },
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
