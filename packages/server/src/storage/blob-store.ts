import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";

/** Where outputs live that are too large, or not of a kind, for the database. Keys are slash-separated safe names. */
export interface BlobStore {
  /** Durable when it resolves; replaces what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws Error with code ENOENT when there is no such blob. */
  read(key: string): Promise<{ readonly sizeBytes: number; readonly stream: Readable }>;
  /** Removes a blob, or everything below a prefix; what is not there is no error. */
  remove(keyOrPrefix: string): Promise<void>;
}

/** A blob store in a directory, shared between machines if the directory is. */
export function createDirectoryBlobStore(directory: string): BlobStore {
  const pathOf = (key: string) => join(directory, ...key.split("/"));
  return {
    async put(key, bytes) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const draft = `${path}.${randomUUID()}.part`;
      try {
        const file = await open(draft, "wx");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async read(key) {
      const path = pathOf(key);
      const { size } = await stat(path);
      return { sizeBytes: size, stream: createReadStream(path) };
    },
    async remove(keyOrPrefix) {
      await rm(pathOf(keyOrPrefix), { recursive: true, force: true });
    },
  };
}
