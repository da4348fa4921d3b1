import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import type { ProcessUser } from "./process-user.js";

// Linux's limit for a socket's path is 107 bytes, macOS's 103; what PostgreSQL appends is "/.s.PGSQL.5432" and, for a moment, ".lock".
const maximumPathBytes = 80;

/**
 * A private folder for the socket, the same at every start. The length of a socket's path is limited, so it is not in the data
 * directory, whose path may be longer. Leftovers of an earlier PostgreSQL are removed: none may still be running.
 */
export async function makeSocketDirectory(cluster: string, user: ProcessUser | undefined): Promise<string> {
  const ownUid = process.getuid?.() ?? 0;
  const uid = user?.uid ?? ownUid;
  const name = `millrace-${uid}-${createHash("sha256").update(cluster).digest("hex").slice(0, 16)}`;
  const preferred = join(tmpdir(), name);
  const directory = Buffer.byteLength(preferred) > maximumPathBytes ? join("/tmp", name) : preferred;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await lstat(directory);
  if (!found.isDirectory() || ![uid, ownUid].includes(found.uid)) {
    throw new EmbeddedPostgresError(
      "not_writable",
      `${directory} belongs to another user: remove it, or set TMPDIR to a folder of your own.`,
    );
  }
  await chmod(directory, 0o700);
  for (const file of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) await rm(join(directory, file), { force: true });
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  return directory;
}

/** Removes the folder after PostgreSQL has stopped. */
export async function removeSocketDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
