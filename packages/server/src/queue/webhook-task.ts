import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { accountFlag } from "./task-flags.js";

/** Sends one webhook message once; the database trigger `queue_webhook_delivery` queues the first attempt. */
export const webhookTaskName = "deliver_webhook";

export const WebhookTask = Type.Object({ delivery: Type.String() });
export type WebhookTask = Static<typeof WebhookTask>;

const webhookTaskSchema = Compile(WebhookTask);

/** @throws Error when the payload of a queue row is invalid. */
export function parseWebhookTask(payload: unknown): WebhookTask {
  return webhookTaskSchema.Parse(payload);
}

/** Queues another attempt in the caller's transaction. The queue runs one task of a named queue at a time, across all workers. */
export async function enqueueDelivery(
  transaction: Database,
  delivery: { readonly identifier: string; readonly webhook_identifier: string; readonly account_identifier: string },
  at: Date,
): Promise<void> {
  await transaction.query(
    "SELECT millrace_queue.add_job($1, json_build_object('delivery', $2::text), job_key := 'webhook:' || $2::text, queue_name := 'webhook:' || $3::text, run_at := $4, flags := $5)",
    [webhookTaskName, delivery.identifier, delivery.webhook_identifier, at, [accountFlag(delivery.account_identifier)]],
  );
}
