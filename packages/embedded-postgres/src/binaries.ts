import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { findClosedFolder, type ProcessUser } from "./process-user.js";

/**
 * The folder with `bin`, `lib` and `share` of PostgreSQL: as it was installed, or a copy in the data directory where
 * that cannot be completed or the user cannot get to it.
 */
export async function completeBinaries(
  installed: string,
  dataDirectory: string,
  user: ProcessUser | undefined,
): Promise<string> {
  const isReachable =
    user === undefined || user.searchRight !== undefined || (await findClosedFolder(installed, user)) === undefined;
  return isReachable && (await linkLibraries(installed)) ? installed : copyOnce(installed, dataDirectory);
}

/** Where the package manager put PostgreSQL for this platform. */
export function findInstalledBinaries(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports its entry only; the binaries are beside it.
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(dirname(fromEmbedded.resolve(name))), "native");
  } catch (error) {
    throw new EmbeddedPostgresError(
      "no_binaries",
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${name} is not installed): set DATABASE_URL to your own PostgreSQL.`,
      { cause: error },
    );
  }
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

/** A copy in the data directory, completed before it gets its name. */
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
