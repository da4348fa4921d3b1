import { runMigrations } from "graphile-worker";
import type { PoolClient } from "pg";
import { jobsMigration } from "./migrations/001-jobs.js";
import { uploadsMigration } from "./migrations/002-uploads.js";
import { enginesMigration } from "./migrations/004-engines.js";
import { deploymentsMigration } from "./migrations/005-deployments.js";
import { jobControlMigration } from "./migrations/006-job-control.js";
import { accountsMigration } from "./migrations/007-accounts.js";
import { placementMigration } from "./migrations/012-placement.js";
import { webhooksMigration } from "./migrations/013-webhooks.js";
import { queuePoolsMigration } from "./migrations/014-queue-pools.js";
import { unfinishedJobsMigration } from "./migrations/015-unfinished-jobs.js";
import { modelArchivesMigration } from "./migrations/016-model-archives.js";
import { explanationsMigration } from "./migrations/017-explanations.js";
import { driftMigration } from "./migrations/018-drift.js";
import { inputsByNameMigration } from "./migrations/019-inputs-by-name.js";
import { workerLeasesMigration } from "./migrations/020-worker-leases.js";
import { modelOwnersMigration } from "./migrations/021-model-owners.js";
import { driftByHourMigration } from "./migrations/022-drift-by-hour.js";
import { webhookQueuesMigration } from "./migrations/023-webhook-queues.js";
import { chunkDeathsMigration } from "./migrations/024-chunk-deaths.js";
import { resultRetentionMigration } from "./migrations/025-result-retention.js";
import { failureCodesMigration } from "./migrations/026-failure-codes.js";
import { modelVisibilityMigration } from "./migrations/027-model-visibility.js";
import { auditLogMigration } from "./migrations/028-audit-log.js";
import { limitsMigration } from "./migrations/029-limits.js";
import { keyLimitsMigration } from "./migrations/030-key-limits.js";
import { masterKeyMigration } from "./migrations/031-master-key.js";
import { sealedWebhookUrlsMigration } from "./migrations/032-sealed-webhook-urls.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { webhookAccountsMigration } from "./migrations/033-webhook-accounts.js";
import { outcomeBatchesMigration } from "./migrations/036-outcome-batches.js";
import { queueSchemaMigration } from "./migrations/037-queue-schema.js";
import { createPool } from "./pool.js";
import { requireSessions, sessionConnections } from "./require-sessions.js";
import { queueSchema } from "./queue-schema.js";
import { inTransaction } from "./transaction.js";

/** In the order in which they are applied. */
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "001-jobs", sql: jobsMigration },
  { name: "002-uploads", sql: uploadsMigration },
  { name: "004-engines", sql: enginesMigration },
  { name: "005-deployments", sql: deploymentsMigration },
  { name: "006-job-control", sql: jobControlMigration },
  { name: "007-accounts", sql: accountsMigration },
  { name: "012-placement", sql: placementMigration },
  { name: "013-webhooks", sql: webhooksMigration },
  { name: "014-queue-pools", sql: queuePoolsMigration },
  { name: "015-unfinished-jobs", sql: unfinishedJobsMigration },
  { name: "016-model-archives", sql: modelArchivesMigration },
  { name: "017-explanations", sql: explanationsMigration },
  { name: "018-drift", sql: driftMigration },
  { name: "019-inputs-by-name", sql: inputsByNameMigration },
  { name: "020-worker-leases", sql: workerLeasesMigration },
  { name: "021-model-owners", sql: modelOwnersMigration },
  { name: "022-drift-by-hour", sql: driftByHourMigration },
  { name: "023-webhook-queues", sql: webhookQueuesMigration },
  { name: "024-chunk-deaths", sql: chunkDeathsMigration },
  { name: "025-result-retention", sql: resultRetentionMigration },
  { name: "026-failure-codes", sql: failureCodesMigration },
  { name: "027-model-visibility", sql: modelVisibilityMigration },
  { name: "028-audit-log", sql: auditLogMigration },
  { name: "029-limits", sql: limitsMigration },
  { name: "030-key-limits", sql: keyLimitsMigration },
  { name: "031-master-key", sql: masterKeyMigration },
  { name: "032-sealed-webhook-urls", sql: sealedWebhookUrlsMigration },
  { name: "033-webhook-accounts", sql: webhookAccountsMigration },
  { name: "036-outcome-batches", sql: outcomeBatchesMigration },
  { name: "037-queue-schema", sql: queueSchemaMigration },
];

// Any constant will do, as long as every Millrace takes the same lock.
const migrationLock = 7_145_922;

/**
 * Brings the database to this version's tables; several servers may start at once. Tables live in the schema `millrace`, the queue's in
 * `millrace_queue`.
 *
 * @param isEmbedded whether the database is this process's own, with no pooler before it.
 * @throws ConfigurationError for a database of a newer version, or behind a pooler that shares sessions.
 */
export async function migrate(connectionString: string, { isEmbedded = false } = {}): Promise<void> {
  // A separate pool without a statement time-out: rebuilding a large table can take long.
  const pool = createPool(connectionString, {
    maximumConnections: sessionConnections,
    applicationName: "millrace-migrate",
  });
  try {
    if (!isEmbedded) await requireSessions(pool);
    // First, as tasks of earlier versions move there.
    await runMigrations({ pgPool: pool, schema: queueSchema });
    await inTransaction(pool, applyMigrations);
  } finally {
    await pool.end();
  }
}

async function applyMigrations(transaction: PoolClient): Promise<void> {
  await transaction.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
  await transaction.query("CREATE SCHEMA IF NOT EXISTS millrace");
  await transaction.query(
    "CREATE TABLE IF NOT EXISTS millrace.migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  const { rows } = await transaction.query<{ name: string }>("SELECT name FROM millrace.migrations");
  const applied = new Set(rows.map((row) => row.name));
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new ConfigurationError(
      `The database was written by a newer version of Millrace (this one does not know ${unknown.toSorted().join(", ")}): start that version or a later one, or restore the backup from before the upgrade.`,
    );
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await transaction.query(migration.sql);
    await transaction.query("INSERT INTO millrace.migrations (name) VALUES ($1)", [migration.name]);
  }
}
