import { formatWireDate } from "@millrace/contract";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { formatBytes } from "../errors/format-bytes.js";
import { LimitError } from "../errors/limit-error.js";
import { dayResetsAt, monthResetsAt } from "./reset-times.js";
import type { LimitScope } from "./limit-scopes.js";

/** Whose quotas apply. */
export interface QuotaHolder {
  readonly accountIdentifier: string;
  readonly teamIdentifier: string;
  readonly accessKey: string;
}

type Quota = "inputsPerDay" | "bytesPerDay" | "modelHoursPerMonth" | "concurrentJobs";

// A job may end at any time.
const retryJobsAfterSeconds = 10;

/**
 * Lets pass who has not exceeded a quota of its account, its team or its key. Call it in the transaction that submits, after the job's row was
 * written: what it uses is then part of what was used, and nobody else can use the same until the commit.
 *
 * @throws LimitError `limits.quota`; roll back then.
 */
export async function requireQuota(transaction: Database, holder: QuotaHolder): Promise<void> {
  const { rows } = await transaction.query<{
    scope: LimitScope;
    identifier: string;
    quota: Quota;
    allowed: number;
    used: number;
  }>(
    prepared("SELECT * FROM millrace.exceeded_quota($1, $2, $3)", [
      holder.accountIdentifier,
      holder.teamIdentifier,
      holder.accessKey,
    ]),
  );
  const exceeded = rows[0];
  if (exceeded === undefined) return;
  const { scope, identifier, quota, allowed, used } = exceeded;
  const whose = `${scope === "key" ? "API key" : scope} ${identifier}`;
  const { sentence, resetsAt } = describe(quota, allowed, used, new Date());
  const when =
    resetsAt === undefined
      ? "Wait until one has ended, or cancel one"
      : `The quota resets at ${formatWireDate(resetsAt)}: try again then`;
  throw new LimitError(
    "limits.quota",
    `The ${whose} ${sentence} (${quota}). ${when}, or ask an administrator for a higher limit.`,
    resetsAt === undefined ? retryJobsAfterSeconds : Math.max(1, Math.ceil((resetsAt.getTime() - Date.now()) / 1_000)),
  );
}

function describe(quota: Quota, allowed: number, used: number, now: Date): { sentence: string; resetsAt?: Date } {
  switch (quota) {
    case "inputsPerDay":
      return { sentence: `would use ${used} inputs today and may use ${allowed}`, resetsAt: dayResetsAt(now) };
    case "bytesPerDay":
      return {
        sentence: `has used ${formatBytes(used)} of ${formatBytes(allowed)} today`,
        resetsAt: dayResetsAt(now),
      };
    case "modelHoursPerMonth":
      return {
        sentence: `has used ${used.toFixed(2)} of ${allowed} hours of model time this month`,
        resetsAt: monthResetsAt(now),
      };
    case "concurrentJobs":
      return { sentence: `would have ${used} jobs at the same time and may have ${allowed}` };
  }
}
