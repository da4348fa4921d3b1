import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
import type pg from "pg";
import { startFauxqsStore } from "../../packages/server/test/s3/fauxqs-store.js";
import { awsClientOf, createBucket } from "../../packages/server/test/s3/store.js";
import { createPool } from "../../packages/server/src/database/pool.js";
import { keepRunning, type RestartedProcess } from "./process.js";
import { startDatabaseWire, type DatabaseWire } from "../../packages/server/test/support/database-wire.js";
import { startProxy, type Proxy } from "../../packages/server/test/support/proxy.js";

/** Everything that can break: one API, workers, PostgreSQL and an S3 server, each behind a wire of its own. */
export interface Cluster {
  readonly url: string;
  readonly apiKey: string;
  readonly bucket: string;
  /** Keys `object-0` to `object-99`. */
  readonly objectCount: number;
  readonly api: RestartedProcess;
  readonly workers: readonly RestartedProcess[];
  /** From each worker to the database, in the order of the workers. */
  readonly databaseWires: readonly Proxy[];
  readonly s3Wire: Proxy;
  /** Not through any wire; for looking. */
  readonly pool: pg.Pool;
  /** SIGKILL ends PostgreSQL like a power failure, and it is started again at once; SIGSTOP stops all of its processes, and SIGCONT lets them go on. */
  signalPostgres(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Ends all processes in good order. */
  stopProcesses(): Promise<void>;
  close(): Promise<void>;
}

const objectCount = 100;

export async function startCluster(directory: string, workerCount: number): Promise<Cluster> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, log: () => {} });
  const store = await startFauxqsStore();
  const aws = awsClientOf(store);
  const { bucket } = await createBucket(aws);
  for (let index = 0; index < objectCount; index += 1)
    await aws.send(new PutObjectCommand({ Bucket: bucket, Key: `object-${index}`, Body: randomBytes(2_000) }));
  aws.destroy();
  const s3Wire = await startProxy({ host: "127.0.0.1", port: Number(new URL(store.endpoint).port) });

  const apiKey = `faults.${randomBytes(16).toString("hex")}`;
  const apiPort = await freePort();
  const apiWire = await startDatabaseWire(postgres.connectionString);
  const databaseWires = await Promise.all(
    Array.from({ length: workerCount }, () => startDatabaseWire(postgres.connectionString)),
  );
  const shared = {
    MILLRACE_API_KEY: apiKey,
    MILLRACE_MASTER_KEY: randomBytes(32).toString("hex"),
    MILLRACE_BLOBS: join(directory, "blobs"),
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3Wire.port}`,
  };
  const run = (name: string, parameters: string[], wire: DatabaseWire) =>
    keepRunning(
      name,
      [...parameters, "--data", join(directory, name)],
      { ...shared, DATABASE_URL: wire.connectionString },
      join(directory, `${name}.log`),
    );
  const api = run("api", ["api", "--port", String(apiPort)], apiWire);
  const workers = databaseWires.map((wire, index) => run(`worker-${index + 1}`, ["worker"], wire));
  /** Processes of PostgreSQL that are stopped. */
  const stopped: number[] = [];
  const pool = createPool(postgres.connectionString, { maximumConnections: 4, applicationName: "faults" });

  const stopProcesses = async () => void (await Promise.all([api, ...workers].map((one) => one.stop())));
  return {
    url: `http://127.0.0.1:${apiPort}`,
    apiKey,
    bucket,
    objectCount,
    api,
    workers,
    databaseWires,
    s3Wire,
    pool,
    async signalPostgres(signal) {
      // Not whoever runs by then: it may have been killed meanwhile, and stopped orphans would keep PostgreSQL from starting.
      if (signal === "SIGCONT") {
        for (const pid of stopped.splice(0)) sendSignal(pid, signal);
        return;
      }
      const [pid = ""] = (await readFile(join(directory, "database/cluster/postmaster.pid"), "utf8")).split("\n");
      // Every connection is served by a child of the first process.
      const children = signal === "SIGKILL" ? [] : childrenOf(pid);
      const targets = [pid, ...children].map(Number);
      if (signal === "SIGSTOP") stopped.push(...targets);
      for (const target of targets) sendSignal(target, signal);
    },
    stopProcesses,
    async close() {
      await stopProcesses();
      await pool.end();
      await Promise.all([apiWire, s3Wire, ...databaseWires].map((wire) => wire.close()));
      await store.close();
      await postgres.stop();
    },
  };
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function childrenOf(pid: string): string[] {
  const { stdout } = spawnSync("pgrep", ["-P", pid], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
