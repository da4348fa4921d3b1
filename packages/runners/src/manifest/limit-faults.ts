import type { ManifestFault } from "./manifest-fault.js";
import { isPlainFileName } from "./plain-file-name.js";
import { maximumTimeoutMs, parseDurationMs, parseSizeBytes } from "./quantities.js";
import { fieldAt, fieldsOf, type Written } from "./written-fields.js";

const maximumBytes = 2 ** 50;

/** Names of data items and outputs that no file can have. */
export function findNameFaults(written: Written): readonly ManifestFault[] {
  return (["inputs", "outputs"] as const).flatMap((part) =>
    Object.keys(fieldsOf(written[part]))
      .filter((name) => !isPlainFileName(name))
      .map((name) => ({ path: [part, name], found: JSON.stringify(name), expected: "a valid file name" })),
  );
}

/** Sizes and durations that are too large, of those that are valid. */
export function findQuantityFaults(written: Written): readonly ManifestFault[] {
  const sizes = [
    ["resources", "memory", "size"],
    ...(["inputs", "outputs"] as const).flatMap((part) =>
      Object.keys(fieldsOf(written[part])).map((name) => [part, name, "maxSize"]),
    ),
  ];
  const durations = [
    ["timeout", "status"],
    ["timeout", "run"],
    ["features", "maxBatchDelay"],
    ["internal", "features", "maxBatchDelay"],
  ];
  return [
    ...sizes
      .filter((path) => (quantity(parseSizeBytes, fieldAt(written, path)) ?? 0) > maximumBytes)
      .map((path) => ({ path, expected: "a size of at most 1024Ti" })),
    ...durations
      .filter((path) => (quantity(parseDurationMs, fieldAt(written, path)) ?? 0) > maximumTimeoutMs)
      .map((path) => ({ path, expected: `a duration of at most ${maximumTimeoutMs / 3_600_000}h` })),
  ];
}

/** Undefined for what is none; the schema says so. */
function quantity(parse: (value: string | number) => number, value: unknown): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  try {
    return parse(value);
  } catch {
    return undefined;
  }
}
