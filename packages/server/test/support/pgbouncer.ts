import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort, untilListening } from "./nginx.js";

/** Whether this machine has PgBouncer. */
export const hasPgBouncer = await promisify(execFile)("pgbouncer", ["--version"]).then(
  () => true,
  () => false,
);

const nobody = { uid: 65_534, gid: 65_534 };

export interface PgBouncer {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** A real PgBouncer in front of a database. */
export async function startPgBouncer(databaseUrl: string, poolMode: "transaction" | "session"): Promise<PgBouncer> {
  const { host, port, user = "", password, database = "" } = new pg.Client({ connectionString: databaseUrl });
  const directory = await mkdtemp(join(tmpdir(), "millrace-pgbouncer-"));
  await chmod(directory, 0o755);
  const ownPort = await freePort();
  const file = join(directory, "pgbouncer.ini");
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  await writeFile(
    file,
    `[databases]
own = host=${host} port=${port} dbname=${database} user=${quoted(user)} password=${quoted(password ?? "")}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
auth_type = any
pool_mode = ${poolMode}
default_pool_size = 90
ignore_startup_parameters = extra_float_digits
unix_socket_dir =
`,
  );
  // PgBouncer does not run as root, and the folder of the database's socket is open to its owner only.
  const { uid, gid } = host.startsWith("/") ? await stat(host) : nobody;
  const program = spawn("pgbouncer", ["-q", file], {
    stdio: ["ignore", "ignore", "inherit"],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
  await untilListening(ownPort, program);
  return {
    connectionString: `postgres://anybody@127.0.0.1:${ownPort}/own`,
    close: async () => {
      program.kill("SIGTERM");
      if (program.exitCode === null && program.signalCode === null) await once(program, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
