import { hostname } from "node:os";
import type { Database } from "../database/transaction.js";
import type { KeyRing } from "../storage/key-ring.js";

/** How often every process publishes the master keys it knows, and reads which one is active. */
export const followIntervalMs = 5_000;
// A process that has been silent for longer is gone.
const silenceSeconds = 20;

/** Records which master keys a process knows and which one it encrypts with. */
export async function registerHolder(database: Database, process: string, ring: KeyRing, sealing: string | null) {
  await database.query(
    `WITH gone AS (DELETE FROM millrace.master_key_holders WHERE seen_at < now() - interval '1 hour' AND process <> $1)
     INSERT INTO millrace.master_key_holders (process, host, key_ids, sealing) VALUES ($1, $2, $3, $4)
     ON CONFLICT (process) DO UPDATE SET key_ids = excluded.key_ids, sealing = excluded.sealing, seen_at = now()`,
    [process, hostname(), ring.keys.map(({ id }) => id), sealing],
  );
}

export async function removeHolder(database: Database, process: string): Promise<void> {
  await database.query("DELETE FROM millrace.master_key_holders WHERE process = $1", [process]);
}

/** The machines with running processes that do not know a key, or do not encrypt with it yet. */
export async function hostsWithout(database: Database, id: string, what: "known" | "sealing"): Promise<string[]> {
  const has = what === "known" ? "$1 = ANY (key_ids)" : "sealing IS NOT DISTINCT FROM $1";
  const { rows } = await database.query<{ host: string }>(
    `SELECT DISTINCT host FROM millrace.master_key_holders
     WHERE seen_at > now() - ${silenceSeconds} * interval '1 second' AND NOT (${has}) ORDER BY host`,
    [id],
  );
  return rows.map(({ host }) => host);
}
