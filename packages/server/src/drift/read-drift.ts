import { unknownVersion, type VersionReference } from "../models/version-reference.js";
import { formatWireDate, type Drift, type DriftQuery, type FeatureDrift } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters } from "../database/parameters.js";
import { parseMoment } from "../database/parse-moment.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { compareDistributions, totalOf, type Counts } from "./compare-distributions.js";
import { predictionFeature } from "./measure-input.js";

interface Period {
  readonly from: Date;
  readonly until: Date;
}

interface CountRow {
  readonly time: Date;
  readonly feature: string;
  readonly bin: string;
  readonly count: number;
}

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
const defaultDays = 7;
const defaultBaselineDays = 28;
/** Below this, chance alone shifts distributions. */
const reliableTotal = 50;

/**
 * Compares a model version's inputs and predictions in a period with a baseline period, over the jobs that the caller may see.
 *
 * @throws MillraceError `invalid_request` for invalid periods, `not_found` for an unknown version.
 */
export async function readDrift(
  database: Database,
  caller: Caller,
  place: { readonly model: string; readonly version: string },
  query: DriftQuery,
): Promise<Drift> {
  await checkVersion(database, place);
  const { period, baseline } = periodsOf(query, new Date());
  const unit = period.until.getTime() - period.from.getTime() > 2 * dayMs ? "day" : "hour";
  const [observed, before] = await Promise.all(
    [period, baseline].map((one) => readCounts(database, caller, place, one, unit)),
  );
  const observedFeatures = byFeature(observed ?? []);
  const baselineFeatures = byFeature(before ?? []);
  const driftOf = (feature: string) =>
    toFeatureDrift(feature, baselineFeatures.get(feature) ?? new Map(), observedFeatures.get(feature) ?? new Map());
  const inputFeatures = [...new Set([...observedFeatures.keys(), ...baselineFeatures.keys()])].filter(
    (feature) => feature !== predictionFeature,
  );
  return {
    modelIdentifier: place.model,
    modelVersion: place.version,
    period: formatPeriod(period),
    baseline: formatPeriod(baseline),
    prediction: driftOf(predictionFeature),
    inputs: inputFeatures
      .map(driftOf)
      .sort(
        (a, b) => (b.jensenShannonDistance ?? 0) - (a.jensenShannonDistance ?? 0) || a.feature.localeCompare(b.feature),
      ),
    series: seriesOf(observed ?? [], baselineFeatures.get(predictionFeature) ?? new Map()),
  };
}

async function checkVersion(database: Database, reference: VersionReference): Promise<void> {
  const { rows } = await database.query(
    "SELECT 1 FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows.length === 0) throw unknownVersion(reference);
}

/** Primary key of drift_counts, by model, version, account and hour. */
async function readCounts(
  database: Database,
  caller: Caller,
  { model, version }: { readonly model: string; readonly version: string },
  { from, until }: Period,
  unit: "hour" | "day",
): Promise<CountRow[]> {
  const parameters = createParameters(model, version, from, until, unit);
  const { rows } = await database.query<CountRow>(
    `SELECT date_trunc($5, d.hour, 'UTC') AS time, d.feature, d.bin, sum(d.count)::bigint AS count FROM millrace.drift_counts d
     WHERE d.model_identifier = $1 AND d.model_version = $2 AND d.hour >= $3 AND d.hour < $4 AND ${visibleJobs(caller, "d", parameters)}
     GROUP BY time, d.feature, d.bin ORDER BY time`,
    parameters.values,
  );
  return rows;
}

/**
 * Counts are hourly, so periods are extended to whole hours. If that makes the periods overlap although the requested ones do
 * not, the shared hour belongs to the period, not the baseline.
 */
export function periodsOf(query: DriftQuery, now: Date): { period: Period; baseline: Period } {
  const moment = (name: keyof DriftQuery) => (query[name] === undefined ? undefined : parseMoment(query[name], name));
  const until = moment("until") ?? endOfHour(now);
  const from = moment("from") ?? new Date(until.getTime() - defaultDays * dayMs);
  const baselineUntil = moment("baselineUntil") ?? from;
  const baselineFrom = moment("baselineFrom") ?? new Date(baselineUntil.getTime() - defaultBaselineDays * dayMs);
  for (const [name, begin, end] of [
    ["from", from, until],
    ["baselineFrom", baselineFrom, baselineUntil],
  ] as const)
    if (begin >= end)
      throw new MillraceError(
        "invalid_request",
        `${name} is not valid: found ${formatWireDate(begin)}, expected a moment before the end of its period, ${formatWireDate(end)}.`,
      );
  const period = { from: startOfHour(from), until: endOfHour(until) };
  const baseline = { from: startOfHour(baselineFrom), until: endOfHour(baselineUntil) };
  if (baselineUntil <= from && baseline.until > period.from) baseline.until = period.from;
  if (baselineFrom >= until && baseline.from < period.until) baseline.from = period.until;
  return { period, baseline };
}

function startOfHour(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / hourMs) * hourMs);
}

function endOfHour(moment: Date): Date {
  return new Date(Math.ceil(moment.getTime() / hourMs) * hourMs);
}

function byFeature(rows: readonly CountRow[]): Map<string, Map<string, number>> {
  const features = new Map<string, Map<string, number>>();
  for (const { feature, bin, count } of rows) {
    const counts = features.get(feature) ?? new Map<string, number>();
    counts.set(bin, (counts.get(bin) ?? 0) + count);
    features.set(feature, counts);
  }
  return features;
}

function toFeatureDrift(feature: string, baseline: Counts, observed: Counts): FeatureDrift {
  const comparison = compareDistributions(baseline, observed);
  const [total, baselineTotal] = [totalOf(observed), totalOf(baseline)];
  const bins = [...new Set([...baseline.keys(), ...observed.keys()])].sort(compareBins);
  return {
    feature,
    total,
    baselineTotal,
    ...comparison,
    error: comparison.pValue === null ? null : 1 - comparison.pValue,
    isReliable: comparison.pValue !== null && Math.min(total, baselineTotal) >= reliableTotal,
    bins: bins.map((bin) => ({ bin, count: observed.get(bin) ?? 0, baselineCount: baseline.get(bin) ?? 0 })),
  };
}

function compareBins(a: string, b: string): number {
  return Number.parseFloat(a) - Number.parseFloat(b) || a.localeCompare(b);
}

function seriesOf(rows: readonly CountRow[], baseline: Counts): Drift["series"] {
  const times = new Map<number, Map<string, number>>();
  for (const { time, feature, bin, count } of rows) {
    if (feature !== predictionFeature) continue;
    const counts = times.get(time.getTime()) ?? new Map<string, number>();
    counts.set(bin, count);
    times.set(time.getTime(), counts);
  }
  return [...times].map(([time, counts]) => {
    const { chiSquared, pValue, jensenShannonDistance } = compareDistributions(baseline, counts);
    return {
      time: formatWireDate(new Date(time)),
      total: totalOf(counts),
      chiSquared,
      pValue,
      jensenShannonDistance,
      classes: Object.fromEntries(counts),
    };
  });
}

function formatPeriod({ from, until }: Period): Drift["period"] {
  return { from: formatWireDate(from), until: formatWireDate(until) };
}
