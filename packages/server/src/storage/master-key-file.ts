import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { link, open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../errors/configuration-error.js";

/** The file `master.key` in the data directory: a key a line in hexadecimal, the newest first, readable by its owner only. */
export interface MasterKeyFile {
  /** @throws ConfigurationError when it is damaged. */
  read(): Promise<Buffer[]>;
  /** Replaces the keys, the newest first; they are on disk when it resolves. */
  write(keys: readonly Buffer[]): Promise<void>;
}

/** Opens the file, or creates it with a first key. */
export async function openMasterKeyFile(dataDirectory: string): Promise<MasterKeyFile> {
  const path = join(dataDirectory, "master.key");
  if (!existsSync(path)) await create(path);
  return {
    async read() {
      const lines = (await readFile(path, "utf8")).trim().split(/\s+/);
      if (lines.every((line) => /^[0-9a-f]{64}$/i.test(line))) return lines.map((line) => Buffer.from(line, "hex"));
      throw new ConfigurationError(
        `${path} is damaged: it must hold 64 hexadecimal digits a line. Restore it from a backup, or set MILLRACE_MASTER_KEY.`,
      );
    },
    async write(keys) {
      await rename(await writeDraft(path, keys), path);
      await flushDirectory(dirname(path));
    },
  };
}

/** Written to a temporary file and linked into place: readers never see half a key, and the first of two writers wins. */
async function create(path: string): Promise<void> {
  const draft = await writeDraft(path, [randomBytes(32)]);
  try {
    await link(draft, path);
    await flushDirectory(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
}

async function writeDraft(path: string, keys: readonly Buffer[]): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const lines = keys.map((key) => `${key.toString("hex")}\n`).join("");
  await writeFile(draft, lines, { mode: 0o600, flush: true });
  return draft;
}

/** A file name is durable only once its directory is synced. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
