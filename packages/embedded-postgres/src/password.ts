import { randomBytes, randomUUID } from "node:crypto";
import { chown, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { describeNamelessUser } from "./nameless-user.js";
import { tryWithPatience } from "./patience.js";
import type { ProcessUser } from "./process-user.js";
import { runProgram } from "./run-program.js";

export interface PasswordOptions {
  readonly cluster: string;
  readonly native: string;
  readonly user: ProcessUser | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The superuser's password: without it a process of the same user could take the socket and be superuser.
 *
 * It is made together with the cluster, and for a cluster of an older version at its next start; so also when its file
 * was lost. No PostgreSQL may be running. The file comes last: while there is none, everything is done again.
 */
export async function ensurePassword(options: PasswordOptions): Promise<string> {
  const stored = await readPassword(options.cluster);
  if (stored !== undefined) return stored;
  const password = randomBytes(32).toString("hex");
  await tryWithPatience(() => setPassword(password, options), options.signal);
  await requirePassword(options);
  await replaceFile(passwordPath(options.cluster), `${password}\n`, undefined);
  return password;
}

/** Undefined when there is none yet. */
export async function readPassword(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(passwordPath(cluster), "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Beside the cluster, so that both are moved and copied together. */
function passwordPath(cluster: string): string {
  return join(dirname(cluster), "password");
}

/** Without any connection, as PostgreSQL in its single-user mode asks for no password. */
async function setPassword(password: string, { cluster, native, user, signal }: PasswordOptions): Promise<void> {
  const program = join(native, "bin", "postgres");
  const input = `ALTER ROLE millrace PASSWORD '${password}'\n`;
  const { code, errors } = await runProgram(program, ["--single", "-D", cluster, "postgres"], { user, input, signal });
  // A statement that fails does not change the exit code.
  const fault = /(?:ERROR|FATAL|PANIC): *(.*)/.exec(errors)?.[1];
  if (code === 0 && fault === undefined) return;
  throw (
    describeNamelessUser(errors) ??
    new EmbeddedPostgresError(
      "did_not_start",
      `Could not set the password of the embedded PostgreSQL in ${cluster} (${fault ?? `exit code ${code}`}). Fix the cause, or set DATABASE_URL.`,
    )
  );
}

async function requirePassword({ cluster, user }: PasswordOptions): Promise<void> {
  await replaceFile(join(cluster, "pg_hba.conf"), "local all all scram-sha-256\n", user);
}

/** Whole or not at all, for its owner only. */
async function replaceFile(path: string, content: string, owner: ProcessUser | undefined): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flush: true });
    if (owner !== undefined) await chown(draft, owner.uid, owner.gid);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
