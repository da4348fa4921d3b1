import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, type Child } from "../end-to-end/child.js";
import { runMillraceJob } from "../end-to-end/millrace-job.js";
import type { Workload } from "../end-to-end/workload.js";
import { checkResults } from "./check-results.js";
import type { PeerTask } from "./peer.js";
import { findRedisVersion } from "./redis-server.js";

/** One way to run a workload, in a process of its own, warm. */
export interface Side {
  readonly name: string;
  /** Of the side's first process. */
  readonly pid: number;
  readonly storeVersion: string;
  /** Seconds from the submission to all results in memory, checked. */
  run(workload: Workload): Promise<number>;
}

export interface Millrace {
  readonly baseUrl: string;
  readonly apiKey: string;
}

export interface Sides {
  /** Millrace comes first. */
  readonly sides: readonly Side[];
  readonly millrace: Millrace;
  /** Why a side is missing. */
  readonly missing: readonly string[];
  /** Starts another program of the folder `peers`. */
  startPeer(file: string): Promise<{ readonly child: Child; readonly storeVersion: string }>;
  close(): Promise<void>;
}

const peers = [
  { name: "graphile-worker, a task per input", file: "graphile-worker.ts" },
  { name: "graphile-worker, a task per 100 inputs", file: "graphile-worker-hundreds.ts" },
  { name: "pg-boss 10, batches of 250", file: "pg-boss.ts" },
  { name: "BullMQ on Redis", file: "bullmq.ts" },
  { name: "by hand, nothing kept", file: "by-hand.ts" },
];

/** Starts the bucket, Millrace, and every peer that can run here. */
export async function startSides(profileDirectory?: string): Promise<Sides> {
  const undos: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const undo of undos.splice(0).toReversed()) await undo();
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), "millrace-engines-"));
    undos.push(() => rm(directory, { recursive: true, force: true }));
    // PostgreSQL refuses to run as root: then another user has to pass through here.
    await chmod(directory, 0o755);
    const objects = startChild("object-server.ts");
    undos.push(() => objects.end());
    const endpoint = `http://127.0.0.1:${await objects.receive<number>()}`;

    const apiKey = `bench.${randomBytes(24).toString("hex")}`;
    const profile = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
    const server = startChild("millrace-server.ts", profile);
    undos.push(() => server.end());
    const dataDirectory = join(directory, "millrace");
    const baseUrl = await server.ask<string>({ dataDirectory, apiKey, s3Endpoint: endpoint });
    const millrace = { baseUrl, apiKey };

    const startPeer = async (file: string) => {
      const child = startChild(new URL(`peers/${file}`, import.meta.url).href);
      undos.push(() => child.end());
      const own = await mkdtemp(join(directory, "peer-"));
      await chmod(own, 0o755);
      return { child, storeVersion: await child.ask<string>({ directory: own, endpoint } satisfies PeerTask) };
    };
    const sides: Side[] = [
      {
        name: "Millrace",
        pid: server.pid,
        storeVersion: "",
        run: (workload) =>
          runMillraceJob(workload, millrace, (results) => {
            const outputs = Object.entries(results).map(([name, result]) => [name, result["results.json"]] as const);
            checkResults(new Map(outputs), workload);
          }),
      },
    ];
    const missing: string[] = [];
    for (const { name, file } of peers) {
      if (file === "bullmq.ts" && findRedisVersion() === undefined) {
        missing.push(`${name}: redis-server was not found`);
        continue;
      }
      const { child, storeVersion } = await startPeer(file);
      sides.push({ name, pid: child.pid, storeVersion, run: (workload) => child.ask<number>(workload) });
    }
    return { sides, millrace, missing, startPeer, close };
  } catch (error) {
    await close();
    throw error;
  }
}
