import { readFile } from "node:fs/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

/** The user that PostgreSQL's processes belong to. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root: then an existing user without rights is taken. Undefined when this process is no
 * root and PostgreSQL can simply be its child.
 */
export async function findProcessUser(): Promise<ProcessUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readUsers();
  for (const name of ["postgres", "nobody"]) {
    const user = users.get(name);
    if (user !== undefined) return user;
  }
  throw new EmbeddedPostgresError(
    "no_user",
    "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody: run Millrace as an ordinary user, or set DATABASE_URL.",
  );
}

async function readUsers(): Promise<Map<string, ProcessUser>> {
  const text = await readFile("/etc/passwd", "utf8");
  const users = new Map<string, ProcessUser>();
  for (const line of text.split("\n")) {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid)) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}
