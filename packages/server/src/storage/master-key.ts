import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../errors/configuration-error.js";

/**
 * The key that seals credentials: the one given, or the file `master.key` in the data directory, made at first start
 * and readable by its owner only.
 */
export async function loadMasterKey(dataDirectory: string, masterKeyHex: string | undefined): Promise<Buffer> {
  if (masterKeyHex !== undefined) return Buffer.from(masterKeyHex, "hex");
  const path = join(dataDirectory, "master.key");
  const stored = (await readIfPresent(path)) ?? (await create(path));
  if (!/^[0-9a-f]{64}$/.test(stored)) {
    throw new ConfigurationError(
      `${path} is damaged: it must hold 64 hexadecimal digits. Restore it from a backup, or set MILLRACE_MASTER_KEY.`,
    );
  }
  return Buffer.from(stored, "hex");
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Written whole under another name and linked into place: no reader ever sees half a key, and the first of two wins. */
async function create(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return (await readFile(path, "utf8")).trim();
}
