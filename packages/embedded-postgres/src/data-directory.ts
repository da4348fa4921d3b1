import { access, constants, mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { lockDataDirectory } from "./data-directory-lock.js";
import { describeFileFault, EmbeddedPostgresError } from "./embedded-postgres-error.js";

/**
 * Creates and locks a data directory, and unlocks it if `use` fails.
 *
 * @param use gets the directory's one name, and how to give it back.
 * @throws EmbeddedPostgresError
 */
export async function holdDataDirectory<Value>(
  directory: string,
  signal: AbortSignal | undefined,
  use: (dataDirectory: string, unlock: () => Promise<void>) => Promise<Value>,
): Promise<Value> {
  let dataDirectory = resolve(directory);
  if (process.platform === "win32") {
    throw new EmbeddedPostgresError(
      "no_binaries",
      "The embedded PostgreSQL runs on Linux and macOS only: set DATABASE_URL to your own PostgreSQL.",
    );
  }
  try {
    signal?.throwIfAborted();
    await mkdir(dataDirectory, { recursive: true, mode: 0o755 });
    await access(dataDirectory, constants.W_OK);
    // One name for one directory, whatever links lead to it: the name tells whether a process is its PostgreSQL.
    dataDirectory = await realpath(dataDirectory);
    const unlock = await lockDataDirectory(dataDirectory);
    try {
      return await use(dataDirectory, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (error) {
    throw describeFileFault(error, dataDirectory);
  }
}
