import type { Pool } from "pg";
import type { AcceptedJob } from "./jobs.js";

/** What must hold when everything is mended and every job has ended, and whether it does. */
export interface Check {
  readonly name: string;
  readonly isHeld: boolean;
  readonly found: string;
}

/**
 * Waits until no accepted job runs any more and the queue is empty: a task whose end was lost with a connection is taken out after
 * its lease.
 *
 * @returns how many jobs still run when the time is over.
 */
export async function waitForJobs(pool: Pool, jobs: readonly AcceptedJob[], limitMs: number): Promise<number> {
  const until = Date.now() + limitMs;
  for (;;) {
    const { rows } = await pool.query<{ running: number; queued: number }>(
      `SELECT count(*) AS running, (SELECT count(*) FROM millrace_queue._private_jobs) AS queued
       FROM millrace.jobs WHERE identifier = ANY ($1::uuid[]) AND ended_at IS NULL`,
      [jobs.map(({ identifier }) => identifier)],
    );
    const left = rows[0] ?? { running: 0, queued: 0 };
    if (left.running + left.queued === 0 || Date.now() > until) return left.running;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export async function checkInvariants(pool: Pool, jobs: readonly AcceptedJob[], running: number): Promise<Check[]> {
  const count = async (sql: string, parameters: unknown[] = []): Promise<number> =>
    (await pool.query<{ count: number }>(`SELECT count(*) AS count FROM ${sql}`, parameters)).rows[0]?.count ?? -1;
  const none = (name: string, found: number): Check => ({ name, isHeld: found === 0, found: String(found) });
  const identifiers = jobs.map(({ identifier }) => identifier);
  const totals = jobs.reduce((sum, { total }) => sum + total, 0);
  const inputs = await count(
    "millrace.outcomes o JOIN millrace.jobs j ON j.id = o.job_id WHERE j.identifier = ANY ($1::uuid[])",
    [identifiers],
  );
  const missing = jobs.reduce((sum, job) => sum + job.missing, 0);
  const failed = await count(
    "millrace.outcomes o JOIN millrace.inputs i USING (job_id, position) JOIN millrace.jobs j ON j.id = i.job_id WHERE j.identifier = ANY ($1::uuid[]) AND o.status = 'FAILED' AND i.data_items LIKE '%none-%'",
    [identifiers],
  );
  return [
    none("accepted jobs that still run", running),
    none(
      "accepted jobs that are not COMPLETED",
      await count("millrace.jobs WHERE identifier = ANY ($1::uuid[]) AND status <> 'COMPLETED'", [identifiers]),
    ),
    { name: "accepted inputs with an outcome", isHeld: inputs === totals, found: `${inputs} of ${totals}` },
    none(
      "inputs that failed though nothing was wrong with them but their worker",
      await count(
        "millrace.outcomes o JOIN millrace.jobs j ON j.id = o.job_id WHERE j.identifier = ANY ($1::uuid[]) AND o.status = 'FAILED' AND o.fields->>'code' IN ('worker.crashed', 'internal')",
        [identifiers],
      ),
    ),
    { name: "inputs without an object that failed", isHeld: failed === missing, found: `${failed} of ${missing}` },
    none(
      "successful inputs without exactly one output",
      await count("millrace.outcomes o WHERE o.status = 'SUCCESSFUL' AND o.outputs <> 1"),
    ),
    none(
      "outputs of inputs that are not successful",
      await count("millrace.outcomes o WHERE o.status <> 'SUCCESSFUL' AND o.outputs > 0"),
    ),
    none(
      "inputs with more than one outcome",
      await count("(SELECT FROM millrace.outcomes GROUP BY job_id, position HAVING count(*) > 1) doubled"),
    ),
    none(
      "jobs whose counters are not what their rows say",
      await count(
        `millrace.jobs j WHERE (completed, failed, total) <> (SELECT (count(*) FILTER (WHERE o.status = 'SUCCESSFUL'))::int,
          (count(*) FILTER (WHERE o.status = 'FAILED'))::int, count(*)::int
          FROM millrace.inputs i LEFT JOIN millrace.outcomes o USING (job_id, position) WHERE i.job_id = j.id)`,
      ),
    ),
    none("credentials that are left", await count("millrace.job_credentials")),
    none("tasks that are left in the queue", await count("millrace_queue._private_jobs")),
  ];
}
