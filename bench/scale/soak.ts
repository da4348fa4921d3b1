// Twenty minutes at the highest rate, with data deleted as it ages: whether memory, handles, tables and queue stay level.
// From the root: npm run build && node --conditions=source --import tsx bench/scale/soak.ts [--minutes 20] [--plot docs/pictures/soak.svg]
import { readdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ChildProcess } from "node:child_process";
import Table from "cli-table3";
import { startChild } from "../end-to-end/child.js";
import { access, bucketOf, keyOf, noOp, sentiment, type Workload } from "../end-to-end/workload.js";
import { plot } from "../plot.js";
import { startCluster, type Cluster } from "./cluster.js";

/** What was seen at one moment; each number is a series. */
interface Sample {
  readonly minute: number;
  readonly values: Readonly<Record<string, number>>;
}

const sampleIntervalMs = 5_000;
const jobsAtOnce = 4;

/** Submits jobs so that there are always some, and gives how many inputs ended. */
async function keepBusy({ client }: Cluster, workload: Workload, isOver: () => boolean): Promise<number> {
  const { model, version, dataItem, inputCount } = workload;
  const { accessKeyId, secretAccessKey, region } = access;
  const sources = Object.fromEntries(
    Array.from({ length: inputCount }, (_, index) => [
      `input-${index}`,
      { [dataItem]: { bucket: bucketOf(workload), key: keyOf(workload, index) } },
    ]),
  );
  let done = 0;
  while (!isOver()) {
    const job = await client.jobs.submitAwsS3(model, version, sources, accessKeyId, secretAccessKey, region);
    const ended = await client.jobs.waitUntilComplete(job);
    if (ended.completed !== inputCount) throw new Error(`${ended.failed} inputs failed in ${job.jobIdentifier}.`);
    done += inputCount;
  }
  return done;
}

/** Lets every ended job look two hours older, so that its results are due to be deleted (after one hour). */
async function age({ pool }: Cluster): Promise<void> {
  await pool.query(
    "UPDATE millrace.jobs SET ended_at = ended_at - interval '2 hours' WHERE ended_at > now() - interval '1 hour'",
  );
}

async function look(cluster: Cluster, worker: ChildProcess): Promise<Record<string, number>> {
  const { rows } = await cluster.pool.query<Record<string, number>>(
    `SELECT pg_total_relation_size('millrace.inputs')::float8 / 1048576 AS inputs, pg_total_relation_size('millrace.outcome_batches')::float8 / 1048576 AS outcomes,
       pg_total_relation_size('millrace_queue._private_jobs')::float8 / 1048576 AS queue,
       (SELECT count(*) FROM millrace_queue._private_jobs)::float8 AS tasks,
       (SELECT sum(completed) FROM millrace.jobs)::float8 AS finished`,
  );
  const row = rows[0] ?? {};
  const of = (name: string) => row[name] ?? NaN;
  return {
    "memory of the worker, MiB": await residentMib(worker),
    "memory of the API, MiB": await residentMib(cluster.apiProcess),
    "open handles of the worker": await handles(worker),
    "open handles of the API": await handles(cluster.apiProcess),
    "table of inputs, MiB": of("inputs"),
    "table of outputs, MiB": of("outputs"),
    "table of the queue, MiB": of("queue"),
    "tasks in the queue": of("tasks"),
    finished: of("finished"),
  };
}

async function residentMib({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

async function handles({ pid }: ChildProcess): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function soak(minutes: number): Promise<Sample[]> {
  const objects = startChild("object-server.ts");
  const endpoint = `http://127.0.0.1:${await objects.receive<number>()}`;
  const cluster = await startCluster({
    MILLRACE_MODELS: fileURLToPath(new URL("../../models", import.meta.url)),
    AWS_ENDPOINT_URL_S3: endpoint,
    MILLRACE_DELETE_RESULTS_AFTER_HOURS: "1",
  });
  try {
    const worker = await cluster.startWorker("4G");
    const startedAt = Date.now();
    const isOver = () => Date.now() - startedAt > minutes * 60_000;
    const busy = Promise.all(
      Array.from({ length: jobsAtOnce }, (_, index) => keepBusy(cluster, index % 2 === 0 ? noOp : sentiment, isOver)),
    );
    const samples: Sample[] = [];
    while (!isOver()) {
      await delay(sampleIntervalMs);
      await age(cluster);
      const values = await look(cluster, worker);
      const minute = (Date.now() - startedAt) / 60_000;
      const previous = samples.at(-1);
      const finishedBefore = previous?.values["finished"] ?? 0;
      const rate = ((values["finished"] ?? 0) - finishedBefore) / ((minute - (previous?.minute ?? 0)) * 60);
      samples.push({ minute, values: { "inputs finished in a second": rate, ...values } });
    }
    console.log(`${(await busy).reduce((sum, count) => sum + count, 0)} inputs in ${minutes} minutes, none failed`);
    return samples;
  } finally {
    await cluster.close();
    await objects.end();
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: { minutes: { type: "string", default: "20" }, plot: { type: "string" } },
  });
  const samples = await soak(Number(options.minutes));
  const names = Object.keys(samples[0]?.values ?? {}).filter((name) => name !== "finished");
  const quarters = [0, 1, 2, 3].map((quarter) =>
    samples.slice(Math.floor((quarter * samples.length) / 4), Math.floor(((quarter + 1) * samples.length) / 4)),
  );
  const table = new Table({
    head: ["median in each quarter", "first", "second", "third", "fourth"],
    style: { head: [], border: [], compact: true },
  });
  for (const name of names)
    table.push([
      name,
      ...quarters.map((quarter) => median(quarter.map(({ values }) => values[name] ?? NaN)).toFixed(0)),
    ]);
  console.log(table.toString());
  if (options.plot !== undefined) await writeFile(options.plot, await plotSoak(samples, names));
}

async function plotSoak(samples: readonly Sample[], names: readonly string[]): Promise<string> {
  return plot({
    data: {
      values: samples.flatMap(({ minute, values }) => names.map((name) => ({ minute, name, value: values[name] }))),
    },
    facet: { field: "name", type: "nominal", title: null, sort: [...names], header: { labelFontSize: 11 } },
    columns: 3,
    spec: {
      width: 240,
      height: 90,
      mark: { type: "line", strokeWidth: 1.2, clip: true },
      encoding: {
        x: { field: "minute", type: "quantitative", title: "minute" },
        y: { field: "value", type: "quantitative", title: null, scale: { zero: true } },
      },
    },
    resolve: { scale: { y: "independent" } },
  });
}

await main();
