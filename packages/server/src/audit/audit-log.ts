import type { Pool } from "pg";
import { repeat } from "../lifecycle/repeat.js";
import type { Log } from "../telemetry/log.js";
import { insertEntries, type NewAuditEntry } from "./new-entry.js";
import { createRefusals } from "./refusals.js";

/** Records every change and refusal. */
export interface AuditLog {
  /** Durable when it resolves: await it before reporting success. */
  record(entry: NewAuditEntry): Promise<void>;
  /** Written within seconds; identical refusals become one entry with a count. */
  refuse(entry: NewAuditEntry): void;
  /** Writes pending entries. */
  close(): Promise<void>;
}

const refusalIntervalMs = 1_000;
// Writes up to a thousand distinct refusals at once; under an endless flood, 86,400 entries a day (about 20 MB) per process.
const refusalBounds = { maximumWaiting: 1_000, burst: 1_000, perTake: 1 };

/** @param refusals bounds on the refusals written, for tests. */
export function createAuditLog(pool: Pool, log: Log, bounds = refusalBounds): AuditLog {
  const refusals = createRefusals(bounds);
  const ended = new AbortController();
  const writing = repeat(
    { intervalMs: refusalIntervalMs, signal: ended.signal, log, doing: "writing refusals to the audit log" },
    () => writeRefusals(),
  );

  async function writeRefusals(options?: { readonly isLast: boolean }): Promise<void> {
    const entries = refusals.take(options);
    if (entries.length === 0) return;
    try {
      await insertEntries(pool, entries);
    } catch (error) {
      for (const entry of entries) refusals.add(entry);
      throw error;
    }
  }

  // Entries that arrive while a statement runs share the next one: one commit for many requests.
  let next: { readonly entries: NewAuditEntry[]; readonly written: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    record(entry) {
      if (next === undefined) {
        const entries: NewAuditEntry[] = [];
        const written = last.then(() => {
          next = undefined;
          return insertEntries(pool, entries);
        });
        next = { entries, written };
        last = written.catch(() => undefined);
      }
      next.entries.push(entry);
      return next.written;
    },
    refuse: (entry) => refusals.add(entry),
    async close() {
      ended.abort(new Error("The server is stopping."));
      await writing;
      await writeRefusals({ isLast: true });
    },
  };
}
