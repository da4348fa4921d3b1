import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { MillraceClient } from "@millrace/client";
import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
import { createPool } from "../../packages/server/src/database/pool.js";
import { modelFolders } from "./models.js";

/** One API, PostgreSQL, and workers that come and go, as processes of their own, as on several machines. */
export interface Cluster {
  readonly client: MillraceClient;
  /** For looking; not what the processes use. */
  readonly pool: pg.Pool;
  readonly apiProcess: ChildProcess;
  /** @param memory what the engines of this worker may use together. */
  startWorker(memory: string): Promise<ChildProcess>;
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

const command = fileURLToPath(new URL("../../packages/cli/bin/millrace.js", import.meta.url));

/** @param environment settings of all processes, besides those that make them one cluster. */
export async function startCluster(environment: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-scale-"));
  // PostgreSQL refuses to run as root: then another user has to pass through here.
  await chmod(directory, 0o755);
  for (const [path, content] of Object.entries(modelFolders)) {
    await mkdir(join(directory, "models", path, ".."), { recursive: true });
    await writeFile(join(directory, "models", path), content);
  }
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, log: () => {} });
  const pool = createPool(postgres.connectionString, { maximumConnections: 4, applicationName: "bench" });
  const apiKey = `bench.${randomBytes(24).toString("hex")}`;
  const shared = {
    PATH: process.env["PATH"],
    DATABASE_URL: postgres.connectionString,
    MILLRACE_API_KEY: apiKey,
    MILLRACE_MASTER_KEY: randomBytes(32).toString("hex"),
    MILLRACE_BLOBS: join(directory, "blobs"),
    MILLRACE_MODELS: join(directory, "models"),
    MILLRACE_LOG_LEVEL: "warn",
    ...environment,
  };
  const start = async (name: string, parameters: string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [command, ...parameters, "--data", join(directory, name)], {
      env: { ...shared, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(join(directory, `${name}.log`), { flags: "a" });
    child.stderr?.pipe(log);
    let said = "";
    for await (const piece of child.stdout ?? []) {
      said += String(piece);
      if (said.includes("Stop with Ctrl-C.")) break;
    }
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
    return { child, said };
  };

  const api = await start("api", ["api", "--port", "0"]);
  const baseUrl = /http:\S+(?=\/api\b)/.exec(api.said)?.[0] ?? "";
  const workers: ChildProcess[] = [];
  const stopWorkers = async () => {
    await Promise.all(workers.splice(0).map(stop));
  };
  return {
    client: new MillraceClient({ baseUrl, apiKey }),
    pool,
    apiProcess: api.child,
    async startWorker(memory) {
      const { child } = await start(`worker-${workers.length + 1}`, ["worker"], { MILLRACE_WORKER_MEMORY: memory });
      workers.push(child);
      return child;
    },
    stopWorkers,
    async close() {
      await stopWorkers();
      await stop(api.child);
      await pool.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
