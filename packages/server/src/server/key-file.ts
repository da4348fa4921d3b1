import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { ConfigurationError } from "../errors/configuration-error.js";

/**
 * How a key is written to the file, whole or not at all and readable by its owner only; nothing without a file.
 *
 * @throws ConfigurationError when it cannot be written.
 */
export function writeKeyFile(path: string | undefined): (key: string) => Promise<void> {
  return async (key) => {
    if (path === undefined) return;
    const draft = `${path}.${randomBytes(6).toString("hex")}`;
    try {
      await writeFile(draft, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      const { code = "unknown error" } = error as NodeJS.ErrnoException;
      throw new ConfigurationError(
        `The first key cannot be written to ${path} (${code}): set MILLRACE_FIRST_KEY_FILE to a file in a writable folder. No key was made.`,
        { cause: error },
      );
    }
  };
}
