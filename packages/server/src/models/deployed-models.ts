import { randomUUID } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { unlessMissing } from "@millrace/runners";
import type { Database } from "../database/transaction.js";
import { FailureError } from "../errors/failure.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { BlobStore } from "../storage/blob-store.js";
import { findModelFolder, unpackArchive } from "./unpack-archive.js";

/** The archive of a version deployed through the API, as stored in its row. */
export interface StoredArchive {
  readonly blobKey: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Versions deployed as archives: kept in the blob store, unpacked on every machine that runs them. */
export interface DeployedModels {
  /** Stores an archive for all machines, under a key unique to this deployment. */
  store(
    place: { readonly identifier: string; readonly version: string },
    bytes: Uint8Array,
    sha256: string,
  ): Promise<StoredArchive>;
  /** The folder with a version's files on this machine; downloaded and unpacked on first use. */
  directoryOf(archive: StoredArchive): Promise<string>;
  remove(archive: StoredArchive): Promise<void>;
  /**
   * Removes the folders of deleted archives from this machine.
   *
   * @param known the SHA-256 of every existing archive.
   * @param unusedMs minimum time since the folder was last requested; longer than an idle engine lives, so it is not in use.
   */
  removeForgotten(known: ReadonlySet<string>, unusedMs: number): Promise<void>;
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
    if ((await unlessMissing(stat(place))) !== undefined) return join(place, await findModelFolder(place));
    const { stream } = await blobs.read(blobKey);
    try {
      return (await unpackArchive(stream, place, { sha256 })).directory;
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      throw new FailureError(
        "model.not_installed",
        `The archive ${blobKey} in the blob store is not the archive that was deployed (${error.message}): deploy it again.`,
        { cause: error },
      );
    }
  }

  function unpackOnce(archive: StoredArchive): Promise<string> {
    const known = unpacking.get(archive.sha256);
    if (known !== undefined) return known;
    const found = unpack(archive);
    unpacking.set(archive.sha256, found);
    found.catch(() => unpacking.delete(archive.sha256));
    return found;
  }

  return {
    async store({ identifier, version }, bytes, sha256) {
      const blobKey = `models/${identifier}/${version}/${sha256}-${randomUUID()}.tar`;
      await blobs.put(blobKey, bytes);
      return { blobKey, sha256, sizeBytes: bytes.byteLength };
    },
    async directoryOf(archive) {
      const found = await unpackOnce(archive);
      if (await markUsed(join(directory, archive.sha256))) return found;
      // Another local process removed it.
      unpacking.delete(archive.sha256);
      return unpackOnce(archive);
    },
    async remove(archive) {
      unpacking.delete(archive.sha256);
      await blobs.remove(archive.blobKey);
    },
    async removeForgotten(known, unusedMs) {
      for (const name of (await unlessMissing(readdir(directory))) ?? []) {
        // A temporary folder left by a killed process has a name that no archive has.
        if (known.has(name)) continue;
        const folder = join(directory, name);
        const usedAt = (await unlessMissing(stat(folder)))?.mtimeMs;
        if (usedAt === undefined || usedAt > Date.now() - unusedMs) continue;
        unpacking.delete(name);
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** @returns whether the folder exists. */
async function markUsed(folder: string): Promise<boolean> {
  const now = new Date();
  return (await unlessMissing(utimes(folder, now, now).then(() => true))) ?? false;
}

// Idle engines are closed after five minutes, and a version with unfinished jobs cannot be deleted.
const unusedMs = 15 * 60_000;

/** Frees this machine's disk space used by deleted versions. */
export async function removeDeletedVersions(database: Database, deployed: DeployedModels): Promise<void> {
  const { rows } = await database.query<{ sha256: string }>(
    "SELECT archive->>'sha256' AS sha256 FROM millrace.model_versions WHERE archive IS NOT NULL",
  );
  await deployed.removeForgotten(new Set(rows.map(({ sha256 }) => sha256)), unusedMs);
}
