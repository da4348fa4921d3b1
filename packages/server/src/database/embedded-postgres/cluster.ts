import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { commandAs, spawnUser, type ProcessUser } from "./process-user.js";

const majorVersion = "18";

/** The folder of PostgreSQL's files in the data directory, made at the first start. */
export async function ensureCluster(
  dataDirectory: string,
  native: string,
  user: ProcessUser | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const home = join(dataDirectory, "database");
  const cluster = join(home, "cluster");
  await mkdir(home, { recursive: true, mode: 0o755 });
  if (!existsSync(cluster)) {
    if (user !== undefined) await chown(home, user.uid, user.gid);
    // Whole or not at all: what an interrupted start leaves has another name.
    const draft = join(home, "cluster.part");
    await rm(draft, { recursive: true, force: true });
    await initialize(join(native, "bin", "initdb"), draft, user, signal);
    await rename(draft, cluster);
  }
  const version = (await readFile(join(cluster, "PG_VERSION"), "utf8").catch(() => "unknown")).trim();
  if (version !== majorVersion) {
    throw new EmbeddedPostgresError(
      "other_version",
      `${cluster} belongs to PostgreSQL ${version}, and this Millrace brings ${majorVersion}: start it with the Millrace it was made with, or see the upgrade guide.`,
    );
  }
  return cluster;
}

async function initialize(
  initdb: string,
  directory: string,
  user: ProcessUser | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { program, parameters } = commandAs(user, {
    program: initdb,
    parameters: ["-D", directory, "-U", "millrace", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"],
  });
  const child = spawn(program, parameters, {
    ...spawnUser(user),
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" }),
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code === 0) return;
  const reason =
    /(?:error|FATAL|PANIC): *(.*)/.exec(errors)?.[1] ?? errors.trim().split("\n").at(-1) ?? `exit code ${code}`;
  throw new EmbeddedPostgresError(
    "not_writable",
    `PostgreSQL's files cannot be made in ${directory} (${reason}): check the free space and the rights of that folder, or set DATABASE_URL.`,
  );
}
