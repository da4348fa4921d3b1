// A million inputs in a hundred jobs: whether the pace holds, whether the API still answers, and how the tables are read.
import Table from "cli-table3";
import type { Cluster } from "./cluster.js";
import { percentile, submitTexts, timeCalls } from "./load.js";
import { noOp } from "./models.js";

export interface ManyInputsResult {
  readonly inputs: number;
  readonly jobs: number;
  readonly submitSeconds: number;
  readonly drainSeconds: number;
  /** Inputs finished in a second, in each tenth of all inputs. */
  readonly decileRates: readonly number[];
  /** Milliseconds that a call of the API took while inputs were running. */
  readonly calls: readonly {
    readonly call: string;
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
  }[];
  readonly databaseBytes: number;
  /** What the database wrote ahead, from the first submission to the last result: what a replica must be sent. */
  readonly walBytes: number;
  readonly tables: readonly TableUse[];
}

export interface TableUse {
  readonly table: string;
  readonly sequentialScans: number;
  readonly rowsReadSequentially: number;
  readonly indexScans: number;
}

export async function benchManyInputs(
  cluster: Cluster,
  { jobs = 100, inputsPerJob = 10_000 }: { jobs?: number; inputsPerJob?: number } = {},
): Promise<ManyInputsResult> {
  const { client, pool } = cluster;
  const inputs = jobs * inputsPerJob;
  await addHistory(cluster, 100_000);
  await pool.query("SELECT pg_stat_reset()");
  const { rows: walStart } = await pool.query<{ lsn: string }>("SELECT pg_current_wal_lsn()::text AS lsn");
  const submittedAt = performance.now();
  const receipts = [];
  for (let index = 0; index < jobs; index += 1) receipts.push(await submitTexts(client, noOp, inputsPerJob));
  const submitSeconds = (performance.now() - submittedAt) / 1_000;

  await cluster.startWorker("2G");
  const startedAt = performance.now();
  const progress: { readonly seconds: number; readonly finished: number }[] = [];
  let isOver = false;
  const first = receipts[0]!;
  const calls = {
    "GET /jobs/{job} (10,000 inputs)": () => client.jobs.get(first),
    "POST /jobs/history": async () =>
      (await client.jobs.history({ status: "PENDING" })[Symbol.asyncIterator]().next()).value,
    "POST /jobs (10 texts)": () => submitTexts(client, noOp, 10),
  };
  const timing = Object.entries(calls).map(async ([call, work]) => ({
    call,
    times: await timeCalls(work, 200, () => isOver),
  }));
  for (;;) {
    const { rows } = await pool.query<{ finished: string }>(
      "SELECT sum(completed + failed) AS finished FROM millrace.jobs WHERE identifier = ANY ($1::uuid[])",
      [receipts.map(({ jobIdentifier }) => jobIdentifier)],
    );
    const finished = Number(rows[0]?.finished);
    progress.push({ seconds: (performance.now() - startedAt) / 1_000, finished });
    if (finished >= inputs) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  isOver = true;
  const times = await Promise.all(timing);
  await cluster.stopWorkers();
  return {
    inputs,
    jobs,
    submitSeconds,
    drainSeconds: progress.at(-1)?.seconds ?? NaN,
    decileRates: decileRatesOf(progress, inputs),
    calls: times.map(({ call, times: took }) => ({
      call,
      count: took.length,
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
    })),
    databaseBytes: Number(
      (await pool.query<{ size: string }>("SELECT pg_database_size(current_database())::text AS size")).rows[0]?.size,
    ),
    walBytes: Number(
      (
        await pool.query<{ bytes: string }>("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::text AS bytes", [
          walStart[0]?.lsn,
        ])
      ).rows[0]?.bytes,
    ),
    tables: await readTableUse(cluster),
  };
}

/** Jobs that ended long ago, as a server that is in use has them: in an empty database the planner reads whole tables, rightly. */
async function addHistory({ client, pool }: Cluster, count: number): Promise<void> {
  const model = await submitTexts(client, noOp, 1);
  await client.jobs.cancel(model);
  await pool.query(
    `INSERT INTO millrace.jobs (identifier, account_identifier, team_identifier, user_identifier, access_key, model_identifier, model_version,
       model_name, status, explain, input_type, total, completed, created_at, submitted_at, started_at, ended_at, inputs_deleted_at, results_deleted_at)
     SELECT gen_random_uuid(), account_identifier, team_identifier, user_identifier, access_key, model_identifier, model_version,
       model_name, 'COMPLETED', false, 'text', 1, 1, moment, moment, moment, moment, now(), now()
     FROM millrace.jobs, generate_series(1, $1) AS n, LATERAL (SELECT now() - n * interval '1 minute' AS moment) AS past
     WHERE identifier = $2`,
    [count, model.jobIdentifier],
  );
  await pool.query("ANALYZE");
}

/** Between two samples the pace is taken as even. */
function decileRatesOf(progress: readonly { seconds: number; finished: number }[], inputs: number): number[] {
  const secondsAt = (finished: number) => {
    const after = progress.findIndex((one) => one.finished >= finished);
    const [a, b] = [progress[after - 1] ?? { seconds: 0, finished: 0 }, progress[after]!];
    return b.finished === a.finished
      ? b.seconds
      : a.seconds + ((b.seconds - a.seconds) * (finished - a.finished)) / (b.finished - a.finished);
  };
  const share = inputs / 10;
  return Array.from(
    { length: 10 },
    (_, decile) => share / (secondsAt((decile + 1) * share) - (decile === 0 ? 0 : secondsAt(decile * share))),
  );
}

async function readTableUse({ pool }: Cluster): Promise<TableUse[]> {
  // Statistics are told by a connection at the latest when it ends, and once a second while it works.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT relname, seq_scan::text, seq_tup_read::text, coalesce(idx_scan, 0)::text AS idx_scan FROM pg_stat_user_tables
     WHERE (schemaname, relname) IN (('millrace', 'jobs'), ('millrace', 'inputs'), ('millrace', 'outputs'), ('millrace', 'chunks'),
       ('millrace', 'job_events'), ('millrace_queue', '_private_jobs')) ORDER BY relname`,
  );
  return rows.map((row) => ({
    table: row["relname"] ?? "",
    sequentialScans: Number(row["seq_scan"]),
    rowsReadSequentially: Number(row["seq_tup_read"]),
    indexScans: Number(row["idx_scan"]),
  }));
}

export function formatManyInputs(result: ManyInputsResult): string {
  const style = { head: [], border: [], compact: true };
  const rates = new Table({
    head: ["tenth of the inputs", ...result.decileRates.map((_, index) => String(index + 1))],
    style,
  });
  rates.push(["inputs/s", ...result.decileRates.map((rate) => rate.toFixed(0))]);
  const calls = new Table({ head: ["call, while they run", "calls", "p50, ms", "p99, ms"], style });
  for (const { call, count, p50, p99 } of result.calls) calls.push([call, count, p50.toFixed(1), p99.toFixed(1)]);
  const tables = new Table({ head: ["table", "index scans", "sequential scans", "rows read by them"], style });
  for (const use of result.tables)
    tables.push([use.table, use.indexScans, use.sequentialScans, use.rowsReadSequentially]);
  const { inputs, jobs, submitSeconds, drainSeconds, databaseBytes, walBytes } = result;
  return [
    `${inputs} inputs in ${jobs} jobs: submitted in ${submitSeconds.toFixed(1)} s, run in ${drainSeconds.toFixed(1)} s (${(inputs / drainSeconds).toFixed(0)} inputs/s); ` +
      `database ${(databaseBytes / 2 ** 20).toFixed(0)} MiB, ${(databaseBytes / inputs).toFixed(0)} bytes for an input; ` +
      `written ahead ${(walBytes / 2 ** 20).toFixed(0)} MiB, ${(walBytes / inputs).toFixed(0)} bytes for an input`,
    rates.toString(),
    calls.toString(),
    tables.toString(),
  ].join("\n");
}
