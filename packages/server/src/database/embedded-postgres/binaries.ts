import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import type { ProcessUser } from "./process-user.js";

/** The folder with `bin`, `lib` and `share` of PostgreSQL, usable by `user`. */
export async function findBinaries(dataDirectory: string, user: ProcessUser | undefined): Promise<string> {
  const installed = installedFolder();
  const isReachable = user === undefined || (await isWorldTraversable(installed));
  if (isReachable && (await linkLibraries(installed))) return installed;
  return copyOnce(installed, dataDirectory);
}

function installedFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports its entry only; the binaries are beside it.
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(dirname(fromEmbedded.resolve(name))), "native");
  } catch (error) {
    throw new EmbeddedPostgresError(
      "no_binaries",
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${name} is not installed): set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

/** PostgreSQL runs as another user when we are root, and that user must get to the files. */
async function isWorldTraversable(folder: string): Promise<boolean> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * Libraries are packed without their symbolic links, as archives of packages cannot hold any; an install script would
 * make them, but many installations run none.
 *
 * @returns false when they are missing and the folder is read-only.
 */
async function linkLibraries(native: string): Promise<boolean> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(dirname(native), target));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EROFS" || code === "EACCES" || code === "EPERM") return existsSync(join(dirname(native), target));
      if (code !== "EEXIST") throw error;
    }
  }
  return true;
}

/** A copy that belongs to the data directory, made whole before it gets its name. */
async function copyOnce(installed: string, dataDirectory: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(installed), "package.json"), "utf8")) as {
    version: string;
  };
  const copy = join(dataDirectory, `postgres-${version}`);
  if (existsSync(copy)) return join(copy, "native");
  const draft = `${copy}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await cp(installed, join(draft, "native"), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(draft, "native"));
  await rename(draft, copy);
  return join(copy, "native");
}
