// Fetching from S3: our client, Amazon's, and undici without signing as the limit of what Node's HTTP can do.
//   node --import tsx bench/s3-fetch/run.ts              against a stub in memory
//   node --import tsx bench/s3-fetch/run.ts --s3 URL     against a real server, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { fillBucket } from "./bucket.js";
import { type ClientName, clientNames } from "./clients.js";
import type { Measurement, Task } from "./measure-child.js";
import { type Target, type Workload, workloads as allWorkloads } from "./workload.js";

/** One line of the result: medians over the rounds. */
export interface S3FetchRow {
  readonly workload: string;
  readonly client: ClientName;
  readonly objectsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly cpuMicrosecondsPerObject: number;
  /** The largest of all rounds, in MB. */
  readonly peakRssMegabytes: number;
  readonly ratioToSdk: number;
  readonly ratioToBare: number;
}

export interface BenchS3FetchOptions {
  /** A real server; a stub in memory when left out. */
  readonly server?: Omit<Target, "bucket">;
  /** Each round lets every client run once, in turn; default 3. */
  readonly rounds?: number;
  /** Default: all. */
  readonly workloads?: readonly Workload[];
}

/** Measures every client on every workload, each run in a process of its own. */
export async function benchS3Fetch(options: BenchS3FetchOptions = {}): Promise<S3FetchRow[]> {
  const { workloads = allWorkloads } = options;
  const { target, stop } = options.server === undefined ? await startStub() : await fill(options.server);
  try {
    const rows: S3FetchRow[] = [];
    for (const workload of workloads) rows.push(...(await benchWorkload(workload, target, options.rounds ?? 3)));
    return rows;
  } finally {
    await stop();
  }
}

async function benchWorkload(workload: Workload, target: Target, rounds: number): Promise<S3FetchRow[]> {
  const measured = new Map<ClientName, Measurement[]>(clientNames.map((client) => [client, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const client of clientNames) measured.get(client)?.push(await measure({ client, target, workload }));
  const secondsOf = (client: ClientName) => median((measured.get(client) ?? []).map(({ seconds }) => seconds));
  return clientNames.map((client) => {
    const measurements = measured.get(client) ?? [];
    const objectsPerSecond = workload.objectCount / secondsOf(client);
    return {
      workload: workload.name,
      client,
      objectsPerSecond,
      megabytesPerSecond: (objectsPerSecond * workload.sizeBytes) / 1e6,
      cpuMicrosecondsPerObject: (median(measurements.map(({ cpuSeconds }) => cpuSeconds)) / workload.objectCount) * 1e6,
      peakRssMegabytes: Math.max(...measurements.map(({ peakRssBytes }) => peakRssBytes)) / 1e6,
      ratioToSdk: secondsOf("@aws-sdk/client-s3") / secondsOf(client),
      ratioToBare: secondsOf("undici, unsigned") / secondsOf(client),
    };
  });
}

/** The table that people read. */
export function formatS3Fetch(rows: readonly S3FetchRow[]): string {
  const head = ["objects", "client", "objects/s", "MB/s", "CPU us/object", "peak RSS MB", "x SDK", "x unsigned"];
  const table = new Table({
    head,
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const row of rows)
    table.push([
      row.workload,
      row.client,
      row.objectsPerSecond.toFixed(row.objectsPerSecond < 100 ? 1 : 0),
      row.megabytesPerSecond.toFixed(0),
      row.cpuMicrosecondsPerObject.toFixed(0),
      row.peakRssMegabytes.toFixed(0),
      row.ratioToSdk.toFixed(2),
      row.ratioToBare.toFixed(2),
    ]);
  return table.toString();
}

async function measure(task: Task): Promise<Measurement> {
  const child = start("measure-child.ts");
  child.send(task);
  const outcome = await Promise.race([once(child, "message"), once(child, "exit").then(() => null)]);
  if (outcome === null) throw new Error(`${task.client} failed on ${task.workload.name}: see the lines above.`);
  if (child.exitCode === null) await once(child, "exit");
  return outcome[0] as Measurement;
}

async function startStub(): Promise<{ target: Target; stop: () => Promise<void> }> {
  const stub = start("stub-server.ts");
  const [port] = (await once(stub, "message")) as [number];
  const target = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bench",
    region: "us-east-1",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const stop = async () => {
    stub.kill();
    await once(stub, "exit");
  };
  return { target, stop };
}

async function fill(server: Omit<Target, "bucket">): Promise<{ target: Target; stop: () => Promise<void> }> {
  const { bucket, remove } = await fillBucket(server, allWorkloads);
  return { target: { ...server, bucket }, stop: remove };
}

function start(file: string): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: ["--import", "tsx", "--no-warnings"] });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { s3: { type: "string" }, rounds: { type: "string", default: "3" } } });
  const server =
    values.s3 === undefined
      ? {}
      : {
          server: {
            endpoint: values.s3,
            region: process.env["AWS_REGION"] ?? "us-east-1",
            accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "",
          },
        };
  const rows = await benchS3Fetch({ ...server, rounds: Number(values.rounds) });
  console.log(
    `Fetching from ${values.s3 ?? "a stub in memory"}, ${values.rounds} rounds, medians, Node ${process.version}`,
  );
  console.log(formatS3Fetch(rows));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
