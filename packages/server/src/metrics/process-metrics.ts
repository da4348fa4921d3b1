import { hostname, availableParallelism, totalmem } from "node:os";
import type { MetricsQuery, TimeSeries } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { RequestedResources } from "../engines/engine-memory.js";
import { boundsOf, parsePeriod } from "./period.js";

/** Interval at which every process records its resource usage. */
export const sampleIntervalMs = 15_000;
const keptDays = 35;
// A plot cannot show more points than pixels.
const mostPoints = 500;

/**
 * Creates a function that records the resource usage of this process and its machine.
 *
 * @param requested the resources that its engines currently request; an API process has none.
 */
export function createProcessSampler(
  database: Database,
  processIdentifier: string,
  requested: () => RequestedResources,
): () => Promise<void> {
  let lastUsage = process.cpuUsage();
  let lastAt = performance.now();
  return async () => {
    const { user, system } = process.cpuUsage(lastUsage);
    const now = performance.now();
    const cores = (user + system) / 1_000 / Math.max(1, now - lastAt);
    lastUsage = process.cpuUsage();
    lastAt = now;
    const { cpuCount, memoryBytes } = requested();
    await database.query(
      `WITH old AS (DELETE FROM millrace.process_samples WHERE sampled_at < now() - ${keptDays} * interval '1 day')
       INSERT INTO millrace.process_samples
         (process, host, cpu_available, cpu_requested, cpu_used, memory_available, memory_requested, memory_used)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        processIdentifier,
        hostname(),
        availableParallelism(),
        cpuCount,
        cores,
        totalmem(),
        memoryBytes,
        process.memoryUsage.rss(),
      ],
    );
  };
}

// Processes on the same machine share its resources, so these are counted once per host.
const series = {
  "cpu-requested": "sum(cpu_requested)",
  "cpu-available": "sum(cpu_available)",
  "cpu-used": "sum(cpu_used)",
  "memory-requested": "sum(memory_requested)",
  "memory-available": "sum(memory_available)",
  "memory-used": "sum(memory_used)",
  "cpu-overall-usage": "sum(cpu_used) / sum(cpu_available)",
  "memory-overall-usage": "sum(memory_used) / sum(memory_available)",
  "cpu-current-usage": "sum(cpu_requested) / sum(cpu_available)",
} as const;

/**
 * The usage of all processes over a period: cores, bytes of memory, or fractions of what is available.
 *
 * @throws MillraceError `not_found`, listing the metrics.
 */
export async function readProcessMetric(database: Database, name: string, query: MetricsQuery): Promise<TimeSeries> {
  const sum = Object.entries(series).find(([known]) => known === name)?.[1];
  if (sum === undefined) {
    throw new MillraceError(
      "not_found",
      `Unknown metric ${JSON.stringify(name)}: expected one of ${Object.keys(series).join(", ")}.`,
    );
  }
  const { from, until } = boundsOf(parsePeriod(query));
  const stepSeconds = Math.max(sampleIntervalMs, (until.getTime() - from.getTime()) / mostPoints) / 1_000;
  const { rows } = await database.query<{ at: number; value: number }>(
    `WITH per_process AS (
       SELECT floor(extract(epoch FROM sampled_at) / $3) * $3 AS at, host, process, max(cpu_available) AS cpu_available,
         avg(cpu_requested) AS cpu_requested, avg(cpu_used) AS cpu_used, max(memory_available) AS memory_available,
         avg(memory_requested) AS memory_requested, avg(memory_used) AS memory_used
       FROM millrace.process_samples WHERE sampled_at >= $1 AND sampled_at < $2 GROUP BY 1, 2, 3
     ), per_host AS (
       SELECT at, max(cpu_available) AS cpu_available, sum(cpu_requested) AS cpu_requested, sum(cpu_used) AS cpu_used,
         max(memory_available) AS memory_available, sum(memory_requested) AS memory_requested, sum(memory_used) AS memory_used
       FROM per_process GROUP BY at, host
     )
     SELECT at::bigint AS at, (${sum})::double precision AS value FROM per_host GROUP BY at ORDER BY at`,
    [from, until, stepSeconds],
  );
  const values = rows.map(({ at, value }): [number, string] => [at, String(value)]);
  return { data: { resultType: "matrix", result: values.length === 0 ? [] : [{ metric: { name }, values }] } };
}
