import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { privateMode } from "./private-mode.js";
import { BlobStoreError, type BlobStore } from "./blob-store.js";
import { untilAborted } from "../lifecycle/until-aborted.js";

// A share that is not mounted leaves an empty directory, or none: without this file in it, it is not the store.
const markerName = ".millrace-blobs";

/** A blob store in a directory, shared between machines if the directory is. */
export function createDirectoryBlobStore(directory: string): BlobStore {
  const pathOf = (key: string) => join(directory, ...key.split("/"));
  let isChecked = false;
  const attempt = <Result>(doing: string, signal: AbortSignal | undefined, work: () => Promise<Result>) =>
    untilAborted(signal, async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof BlobStoreError) throw error;
        throw toBlobStoreError(doing, directory, error);
      }
    });
  const makeReady = async () => {
    await mkdir(directory, { recursive: true, mode: privateMode.directory });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    await writeFile(join(directory, markerName), "", { flag: "a", mode: privateMode.file });
    isChecked = true;
  };
  /** The original directory must not be recreated: its content is elsewhere. */
  const checkMarker = async (doing: string) => {
    if (!isChecked) return makeReady();
    await access(join(directory, markerName)).catch((error: unknown) => {
      throw new BlobStoreError(
        `The blob store ${directory} cannot ${doing}: its directory is gone (it no longer contains ${markerName}). Mount it again.`,
        false,
        true,
        { cause: error },
      );
    });
  };
  return {
    check: (signal) => attempt("be written to", signal, makeReady),
    put: (key, bytes, signal) =>
      attempt("take a blob", signal, async () => {
        await checkMarker("take a blob");
        const path = pathOf(key);
        await mkdir(dirname(path), { recursive: true, mode: privateMode.directory });
        const draft = `${path}.${randomUUID()}.part`;
        try {
          await writeDurably(draft, bytes);
          await rename(draft, path);
        } catch (error) {
          await rm(draft, { force: true });
          throw error;
        }
      }),
    read: (key, signal) =>
      attempt("give a blob", signal, async () => {
        const path = pathOf(key);
        const { size } = await stat(path).catch(async (error: unknown) => {
          await checkMarker("give a blob");
          throw error;
        });
        return { sizeBytes: size, stream: createReadStream(path) };
      }),
    remove: (keyOrPrefix, signal) =>
      attempt("remove a blob", signal, async () => {
        await checkMarker("remove a blob");
        await rm(pathOf(keyOrPrefix), { recursive: true, force: true });
      }),
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", privateMode.file);
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
  EACCES: "this user cannot write there: change its permissions, or choose another with MILLRACE_BLOBS",
  EPERM: "this user cannot write there: change its permissions, or choose another with MILLRACE_BLOBS",
  EROFS: "it is mounted read-only: mount it for writing, or choose another with MILLRACE_BLOBS",
  ENOTDIR: "a part of its path is a file: choose another with MILLRACE_BLOBS",
};

/** Errors of a network share that is briefly unavailable, or of a process with too many open files. */
const transientCodes: ReadonlySet<string> = new Set([
  "EAGAIN",
  "EBUSY",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ESTALE",
  "ETIMEDOUT",
]);

function toBlobStoreError(doing: string, directory: string, error: unknown): BlobStoreError {
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  const why = advice[code] ?? "check that the directory exists and is intact";
  return new BlobStoreError(
    `The blob store ${directory} cannot ${doing} (${code}): ${why}.`,
    code === "ENOENT",
    transientCodes.has(code),
    {
      cause: error,
    },
  );
}
