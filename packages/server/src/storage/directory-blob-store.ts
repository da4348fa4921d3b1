import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BlobStoreError, type BlobStore } from "./blob-store.js";

/** A blob store in a directory, shared between machines if the directory is. */
export function createDirectoryBlobStore(directory: string): BlobStore {
  const pathOf = (key: string) => join(directory, ...key.split("/"));
  const attempt = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw toBlobStoreError(doing, directory, error);
    }
  };
  return {
    check: () =>
      attempt("be written to", async () => {
        await mkdir(directory, { recursive: true });
        await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
      }),
    put: (key, bytes) =>
      attempt("take a blob", async () => {
        const path = pathOf(key);
        await mkdir(dirname(path), { recursive: true });
        const draft = `${path}.${randomUUID()}.part`;
        try {
          await writeDurably(draft, bytes);
          await rename(draft, path);
        } catch (error) {
          await rm(draft, { force: true });
          throw error;
        }
      }),
    read: (key) =>
      attempt("give a blob", async () => {
        const path = pathOf(key);
        const { size } = await stat(path);
        return { sizeBytes: size, stream: createReadStream(path) };
      }),
    remove: (keyOrPrefix) => attempt("remove a blob", () => rm(pathOf(keyOrPrefix), { recursive: true, force: true })),
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "its disk is full: free some space",
  EDQUOT: "its quota is used up: free some space",
  EACCES: "this user may not write there: change its rights, or choose another with MILLRACE_BLOBS",
  EPERM: "this user may not write there: change its rights, or choose another with MILLRACE_BLOBS",
  EROFS: "it is mounted read-only: mount it for writing, or choose another with MILLRACE_BLOBS",
  ENOTDIR: "a part of its path is a file: choose another with MILLRACE_BLOBS",
};

function toBlobStoreError(doing: string, directory: string, error: unknown): BlobStoreError {
  const { code = "unknown fault" } = error as NodeJS.ErrnoException;
  const why = advice[code] ?? "check that the directory is there and whole";
  return new BlobStoreError(`The blob store ${directory} cannot ${doing} (${code}): ${why}.`, code === "ENOENT", {
    cause: error,
  });
}
