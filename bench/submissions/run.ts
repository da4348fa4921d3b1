// Submissions and results beside PostgreSQL's COPY of the same rows, in the same run.
//   npm run bench -- --only submissions [--rounds 5] [--results 200000] [--write]
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MillraceClient } from "@millrace/client";
import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
import { createPool } from "../../packages/server/src/database/pool.js";
import { startChild } from "../end-to-end/child.js";
import { access, noOp } from "../end-to-end/workload.js";
import { drawTable, markdownTable, type ReportTable } from "../engines/report.js";
import { median } from "../engines/statistics.js";
import { describeMachine, describeVersions } from "../engines/surroundings.js";
import { withGeneratedTables } from "../engines/written-tables.js";
import type { ApiServerTask, Strain } from "./api-server.js";
import { prepareCopiedInputs } from "./copied-inputs.js";
import { copyLines, keepLines, recordOutcomes } from "./recorded-outcomes.js";

/** One kind of work, Millrace beside COPY: medians. */
export interface Compared {
  readonly work: string;
  readonly millraceSeconds: number;
  readonly copySeconds: number;
  /** Longest answer of `/api/health` meanwhile, and longest time for which the API's thread was held: the highest of all rounds. */
  readonly healthMs: number;
  readonly heldMs: number;
  readonly peakMemoryBytes: number;
}

export interface SubmissionsOptions {
  readonly rounds: number;
  /** Inputs of the submissions. */
  readonly sizes: readonly number[];
  /** Inputs of the job whose results are read. */
  readonly results: number;
}

export const defaultOptions: SubmissionsOptions = { rounds: 5, sizes: [1, 1_000, 100_000], results: 200_000 };

export async function benchSubmissions({ rounds, sizes, results }: SubmissionsOptions): Promise<Compared[]> {
  const undos: (() => Promise<unknown>)[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), "millrace-submissions-"));
    undos.push(() => rm(directory, { recursive: true, force: true }));
    // PostgreSQL refuses to run as root: then another user has to pass through here.
    await chmod(directory, 0o755);
    const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, "postgres"), log: () => {} });
    undos.push(() => postgres.stop());
    const { connectionString: databaseUrl } = postgres;
    const pool = createPool(databaseUrl, { maximumConnections: 2, applicationName: "bench" });
    undos.push(() => pool.end());
    const apiKey = `bench.${randomBytes(24).toString("hex")}`;
    const server = startChild(new URL("api-server.ts", import.meta.url).href);
    undos.push(() => server.end());
    const url = await server.ask<string>({
      dataDirectory: join(directory, "data"),
      databaseUrl,
      apiKey,
    } satisfies ApiServerTask);
    const poller = startChild(new URL("health-poller.ts", import.meta.url).href);
    undos.push(() => poller.end());
    await poller.ask({ directory, endpoint: url });

    const compare = async (
      work: string,
      { millrace, copy }: { millrace: () => Promise<number>; copy: () => Promise<number> },
    ): Promise<Compared> => {
      const seconds: { millrace: number[]; copy: number[] } = { millrace: [], copy: [] };
      const strains: (Strain & { readonly healthMs: number })[] = [];
      // The first round only warms up.
      for (let round = 0; round <= rounds; round += 1) {
        await Promise.all([server.ask({}), poller.ask({})]);
        const took = await millrace();
        const healthMs = await poller.ask<number>({});
        const strain = await server.ask<Strain>({});
        const copied = await copy();
        if (round === 0) continue;
        seconds.millrace.push(took);
        seconds.copy.push(copied);
        strains.push({ ...strain, healthMs });
      }
      return {
        work,
        millraceSeconds: median(seconds.millrace),
        copySeconds: median(seconds.copy),
        healthMs: Math.max(...strains.map(({ healthMs }) => healthMs)),
        heldMs: Math.max(...strains.map(({ heldMs }) => heldMs)),
        peakMemoryBytes: Math.max(...strains.map(({ peakMemoryBytes = NaN }) => peakMemoryBytes)),
      };
    };

    const headers = { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" };
    const submit = async (body: string) => {
      const startedAt = performance.now();
      const response = await fetch(`${url}/api/jobs`, { method: "POST", headers, body });
      const receipt = await response.text();
      if (response.status !== 201) throw new Error(receipt);
      return { seconds: (performance.now() - startedAt) / 1_000, receipt };
    };
    const compared: Compared[] = [];
    for (const size of sizes) {
      const sources = sourcesOf(size);
      const copied = await prepareCopiedInputs(pool, sources);
      const copy = () => copied.copy();
      const body = JSON.stringify(submissionOf(sources));
      const works = inputsName(size);
      compared.push(await compare(`submit ${works}`, { copy, millrace: async () => (await submit(body)).seconds }));
      if (size !== sizes.at(-1)) continue;
      const client = new MillraceClient({ baseUrl: url, apiKey });
      const { model, version } = noOp;
      const { accessKeyId, secretAccessKey, region } = access;
      const bySdk = async () => {
        const startedAt = performance.now();
        await client.jobs.submitAwsS3(model, version, sources, accessKeyId, secretAccessKey, region);
        return (performance.now() - startedAt) / 1_000;
      };
      compared.push(await compare(`submit ${works}, by the SDK`, { copy, millrace: bySdk }));
    }

    const { receipt } = await submit(JSON.stringify(submissionOf(sourcesOf(results))));
    const { jobIdentifier } = JSON.parse(receipt) as { jobIdentifier: string };
    await recordOutcomes(pool, jobIdentifier, results);
    const read = (accept: string) => fetch(`${url}/api/results/${jobIdentifier}`, { headers: { ...headers, accept } });
    const lines = (await (await read("application/x-ndjson")).text()).trimEnd().split("\n");
    if (lines.length !== results) throw new Error(`${lines.length} lines of results, expected ${results}.`);
    await keepLines(pool, lines);
    const readAll = async (accept: string) => {
      const startedAt = performance.now();
      const response = await read(accept);
      for await (const _piece of response.body!);
      return (performance.now() - startedAt) / 1_000;
    };
    const copy = async () => (await copyLines(pool)).seconds;
    const name = inputsName(results);
    for (const [format, accept] of [
      ["lines", "application/x-ndjson"],
      ["one object", "application/json"],
    ] as const)
      compared.push(await compare(`results of ${name}, ${format}`, { copy, millrace: () => readAll(accept) }));
    return compared;
  } finally {
    for (const undo of undos.toReversed()) await undo();
  }
}

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

/** Runs it as its parameters say, prints its table, and writes it down if asked. */
export async function runSubmissionsBenchmark(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: { rounds: { type: "string" }, results: { type: "string" }, write: { type: "boolean", default: false } },
  });
  const options = {
    ...defaultOptions,
    rounds: Number(values.rounds ?? defaultOptions.rounds),
    results: Number(values.results ?? defaultOptions.results),
  };
  const machine = describeMachine();
  console.log(`Submissions and results beside COPY, medians of ${options.rounds} rounds, the sides in turn`);
  const table = tableOf(await benchSubmissions(options));
  console.log(drawTable(table));
  if (!values.write) return;
  const day = new Date().toISOString().slice(0, 10);
  const measured = `Measured on ${day}: ${machine}; ${describeVersions([])}. Medians of ${options.rounds} rounds.\n\n`;
  await writeFile(
    page,
    withGeneratedTables(await readFile(page, "utf8"), measured + markdownTable(table), "submissions"),
  );
}

function tableOf(compared: readonly Compared[]): ReportTable {
  return {
    head: ["Work", "ms", "COPY, ms", "× COPY", "Longest health check, ms", "Thread held, ms", "Peak memory, MB"],
    texts: 1,
    rows: compared.map(({ work, millraceSeconds, copySeconds, healthMs, heldMs, peakMemoryBytes }) => [
      work,
      (millraceSeconds * 1_000).toFixed(1),
      (copySeconds * 1_000).toFixed(1),
      (millraceSeconds / copySeconds).toFixed(2),
      healthMs.toFixed(0),
      heldMs.toFixed(0),
      (peakMemoryBytes / 1e6).toFixed(0),
    ]),
  };
}

function sourcesOf(inputs: number): Record<string, Record<string, { bucket: string; key: string }>> {
  return Object.fromEntries(
    Array.from({ length: inputs }, (_, index) => [
      `input-${index}`,
      { [noOp.dataItem]: { bucket: "some-bucket", key: `objects/key-${index}.txt` } },
    ]),
  );
}

function submissionOf(sources: object): object {
  const { accessKeyId, secretAccessKey, region } = access;
  return {
    model: { identifier: noOp.model, version: noOp.version },
    input: { type: "aws-s3", accessKeyID: accessKeyId, secretAccessKey, region, sources },
  };
}

function inputsName(count: number): string {
  return `${count.toLocaleString("en")} input${count === 1 ? "" : "s"}`;
}
