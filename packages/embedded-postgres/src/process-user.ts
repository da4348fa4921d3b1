import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { clusterPath } from "./cluster-path.js";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { findSetpriv } from "./setpriv.js";

/** The user that PostgreSQL's processes belong to. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** The capability it is given, when the way to PostgreSQL's files leads through folders that it may not enter, such as root's home. */
  readonly searchRight: string | undefined;
  /** Whether that must hold for `access()` as well, by which initdb looks for the other programs in folders that are closed. */
  readonly passesAccessChecks: boolean;
}

/**
 * PostgreSQL refuses to run as root: then the owner of its files is taken, and at the first start an existing user
 * without rights. Undefined when this process is no root and PostgreSQL can simply be its child.
 *
 * @throws EmbeddedPostgresError `no_user`.
 */
export async function findProcessUser(dataDirectory: string, native: string): Promise<ProcessUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user = (await findOwner(clusterPath(dataDirectory))) ?? (await findUnprivilegedUser());
  if (user === undefined) {
    throw new EmbeddedPostgresError(
      "no_user",
      "PostgreSQL does not run as root, and this machine has no user postgres or nobody: run Millrace as a non-root user, or set DATABASE_URL.",
    );
  }
  const searchRight = findSetpriv() === undefined ? undefined : await findSearchRight();
  const closed = await findClosedFolder(dataDirectory, user);
  if (closed !== undefined && searchRight === undefined) {
    throw new EmbeddedPostgresError(
      "no_user",
      `PostgreSQL does not run as root, and other users cannot access ${closed}: choose a directory outside it with --data, or run Millrace as a non-root user.`,
    );
  }
  const passesAccessChecks = (await findClosedFolder(native, user)) !== undefined;
  const isNeeded = closed !== undefined || passesAccessChecks;
  return { ...user, searchRight: isNeeded ? searchRight : undefined, passesAccessChecks };
}

/** The folder on the way to `folder`, or itself, that the user may not enter; what does not exist yet is passed over. */
export async function findClosedFolder(folder: string, user: { readonly uid: number }): Promise<string | undefined> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    try {
      const { mode, uid } = await stat(path);
      if ((mode & (uid === user.uid ? 0o100 : 0o001)) === 0) return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

/** To read and enter everything is enough; containers often have only the right to write everywhere as well. */
async function findSearchRight(): Promise<string | undefined> {
  const status = await readFile("/proc/self/status", "utf8");
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  if ((capabilities & (1n << 2n)) !== 0n) return "dac_read_search";
  return (capabilities & (1n << 1n)) !== 0n ? "dac_override" : undefined;
}

async function findOwner(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(folder);
    return uid === 0 ? undefined : { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function findUnprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  const users = new Map<string, { uid: number; gid: number }>();
  for (const line of (await readFile("/etc/passwd", "utf8")).split("\n")) {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    // 0 would be root again; macOS writes nobody's number as -2.
    if (/^[1-9]\d*$/.test(uid) && /^[1-9]\d*$/.test(gid)) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users.get("postgres") ?? users.get("nobody");
}
