import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { onTestFinished } from "vitest";
import { completeBinaries, findInstalledBinaries } from "../src/binaries.js";
import {
  adoptEmbeddedPostgres,
  connectionStringOf,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from "../src/embedded-postgres.js";
import { startPostmaster, stopChild } from "../src/postmaster.js";
import { readPassword } from "../src/password.js";
import { findProcessUser } from "../src/process-user.js";
import { makeSocketDirectory } from "../src/socket-directory.js";

const program = fileURLToPath(new URL("server-process.ts", import.meta.url));
const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** A new folder that every user may write to, removed after the test. */
export async function makeFolder(prefix = "millrace-embedded-"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o777);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Starts it in this process; it is stopped after the test. */
export async function start(dataDirectory: string, lines: string[] = []): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: (line) => lines.push(line) });
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** Takes over what an earlier server left; it is stopped after the test. */
export async function adopt(dataDirectory: string, lines: string[] = []): Promise<EmbeddedPostgres | undefined> {
  const postgres = await adoptEmbeddedPostgres({ dataDirectory, log: (line) => lines.push(line) });
  onTestFinished(() => postgres?.stop());
  return postgres;
}

/** A PostgreSQL that nobody watches, as it is left where a child does not hear of its parent's death. */
export async function startOrphan(folder: string): Promise<{ pid: number; connectionString: string }> {
  const installed = findInstalledBinaries();
  const user = await findProcessUser(folder, installed);
  const cluster = join(folder, "database/cluster");
  const socketDirectory = await makeSocketDirectory(cluster, user);
  const child = await startPostmaster({
    native: await completeBinaries(installed, folder, user),
    cluster,
    socketDirectory,
    user,
    log: () => undefined,
  });
  onTestFinished(() => stopChild(child));
  return {
    pid: child.pid ?? 0,
    connectionString: connectionStringOf(socketDirectory, (await readPassword(cluster)) ?? ""),
  };
}

/** The rows of one statement, over a connection of its own. */
export async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export interface Answer {
  readonly connectionString?: string;
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  /** The first line it prints. */
  readonly answer: Promise<Answer>;
  /** Lets it stop in good order. @returns its exit code. */
  end(): Promise<number | null>;
}

/** Starts it in a process of its own, as another user where one is given. */
export function startProcess(dataDirectory: string, user: { uid?: number; gid?: number } = {}): ServerProcess {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", program, dataDirectory], {
    ...user,
    cwd: repository,
    env: { PATH: process.env["PATH"], TMPDIR: tmpdir() },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const answer = once(createInterface({ input: child.stdout }), "line").then(
    ([line]) => JSON.parse(String(line)) as Answer,
  );
  return {
    child,
    answer,
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
      return child.exitCode;
    },
  };
}

export async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** The number of the running PostgreSQL of a data directory. */
export async function postmasterPid(dataDirectory: string): Promise<number> {
  return Number((await readFile(join(dataDirectory, "database/cluster/postmaster.pid"), "utf8")).split("\n")[0]);
}

/** The numbers of the processes whose command line, or folder, is in this directory. */
export async function processesIn(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (command.includes(join(directory, "database"))) found.push(Number(name));
  }
  return found;
}

/** Polls until `condition` holds. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, timeoutMs = 300_000): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`Still not so after ${timeoutMs} ms: ${condition.toString()}`);
    await delay(10);
  }
}
