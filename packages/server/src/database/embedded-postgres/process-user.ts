import { accessSync, constants } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

/** The user that PostgreSQL's processes belong to. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** True when the way to PostgreSQL's files leads through folders that this user may not enter, such as /root. */
  readonly needsSearchRight: boolean;
}

/** A program with the parameters that start it. */
export interface ProcessCommand {
  readonly program: string;
  readonly parameters: readonly string[];
}

/**
 * PostgreSQL refuses to run as root: then an existing user without rights is taken. Undefined when this process is no
 * root and PostgreSQL can simply be its child.
 *
 * @param folders the folders that the user must get to; the last segment of each need not exist yet.
 */
export async function findProcessUser(folders: readonly string[]): Promise<ProcessUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readUsers();
  const user = users.get("postgres") ?? users.get("nobody");
  if (user === undefined) {
    throw new EmbeddedPostgresError(
      "no_user",
      "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody: run Millrace as an ordinary user, or set DATABASE_URL.",
    );
  }
  const closed = (await Promise.all(folders.map(findClosedFolder))).find((folder) => folder !== undefined);
  if (closed !== undefined && setpriv === undefined) {
    throw new EmbeddedPostgresError(
      "no_user",
      `PostgreSQL does not run as root, and no other user may enter ${closed}: choose a directory outside of it with --data, or run Millrace as an ordinary user.`,
    );
  }
  return { ...user, needsSearchRight: closed !== undefined };
}

/**
 * How `command` is started as that user. On Linux the kernel interrupts it when this process is gone, however it went.
 * Where needed it may enter every folder (CAP_DAC_READ_SEARCH), but write nowhere that is not its own.
 */
export function commandAs(user: ProcessUser | undefined, command: ProcessCommand): ProcessCommand {
  if (setpriv === undefined) return command;
  const rights = "-all,+dac_read_search";
  const options = ["--pdeathsig", "INT"];
  if (user !== undefined) options.push("--reuid", String(user.uid), "--regid", String(user.gid), "--clear-groups");
  if (user?.needsSearchRight) options.push(`--inh-caps=${rights}`, `--ambient-caps=${rights}`);
  return { program: setpriv, parameters: [...options, "--", command.program, ...command.parameters] };
}

/** The user as an option of `spawn`, where {@link commandAs} cannot do it. */
export function spawnUser(user: ProcessUser | undefined): { uid: number; gid: number } | undefined {
  return user === undefined || setpriv !== undefined ? undefined : { uid: user.uid, gid: user.gid };
}

const setpriv = findSetpriv();

function findSetpriv(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function readUsers(): Promise<Map<string, { uid: number; gid: number }>> {
  const text = await readFile("/etc/passwd", "utf8");
  const users = new Map<string, { uid: number; gid: number }>();
  for (const line of text.split("\n")) {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid)) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}

async function findClosedFolder(folder: string): Promise<string | undefined> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    try {
      if (((await stat(path)).mode & 0o001) === 0) return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
