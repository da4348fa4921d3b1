const sizeUnits: Readonly<Record<string, number>> = {
  "": 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest time limit: Node's timers end sooner when told to wait for more than 24.8 days. */
export const maximumTimeoutMs = 24 * 24 * 3_600_000;

/** Bytes of a size such as "1M" (decimal) or "512Ki" (binary); a number is in bytes. */
export function parseSizeBytes(text: string | number): number {
  if (typeof text === "number") return text;
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?$/.exec(text);
  if (match === null) throw new Error(`${JSON.stringify(text)} is not a size such as "1M" or "512Ki".`);
  return Math.round(Number(match[1]) * (sizeUnits[match[2] ?? ""] ?? 1));
}

/** Milliseconds of a duration such as "20s" or "500ms"; a number is in milliseconds. */
export function parseDurationMs(text: string | number): number {
  if (typeof text === "number") return text;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new Error(`${JSON.stringify(text)} is not a duration such as "20s" or "500ms".`);
  return Math.max(1, Math.round(Number(match[1]) * (durationUnits[match[2] ?? "s"] ?? 1_000)));
}
