import type { NewAuditEntry } from "./new-entry.js";

/** Refusals waiting to be written; identical ones are one entry with a count. */
export interface Refusals {
  add(refusal: NewAuditEntry): void;
  /** Removes and returns as many entries as may be written now; all of them at the end. */
  take(options?: { readonly isLast: boolean }): NewAuditEntry[];
}

export interface RefusalBounds {
  /** Distinct refusals in memory; beyond that, only counts by status and code. */
  readonly maximumWaiting: number;
  /** Entries that may be written at once after a quiet period. */
  readonly burst: number;
  /** Entries per `take` in the long run. */
  readonly perTake: number;
}

/**
 * Counts refusals so that no flood of them fills memory or disk, whatever the callers send: each `take` adds `perTake` entries to what may be
 * written, up to `burst`; the others stay and go on counting.
 */
export function createRefusals({ maximumWaiting, burst, perTake }: RefusalBounds): Refusals {
  const waiting = new Map<string, NewAuditEntry>();
  let allowance = burst;
  return {
    add(refusal) {
      let entry = refusal;
      let key = keyOf(entry);
      if (!waiting.has(key) && waiting.size >= maximumWaiting) {
        entry = { ...refusal, ...nobody, action: "various", target: {} };
        key = keyOf(entry);
      }
      const count = (waiting.get(key)?.count ?? 0) + refusal.count;
      waiting.set(key, { ...entry, count: Math.min(count, largestCount) });
    },
    take({ isLast } = { isLast: false }) {
      allowance = Math.min(burst, allowance + perTake);
      const taken = [...waiting].slice(0, isLast ? waiting.size : Math.floor(allowance));
      allowance -= taken.length;
      for (const [key] of taken) waiting.delete(key);
      return taken.map(([, entry]) => entry);
    },
  };
}

const nobody = { accountIdentifier: null, userIdentifier: null, accessKey: null, address: null };
// Of the column.
const largestCount = 2 ** 31 - 1;

function keyOf(entry: NewAuditEntry): string {
  const { accountIdentifier, accessKey, action, address, statusCode, code } = entry;
  return JSON.stringify([accountIdentifier, accessKey, action, address, statusCode, code]);
}
