import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";

/** The task that sends one message to a webhook once; the database's trigger `queue_webhook_delivery` queues the first. */
export const webhookTaskName = "deliver_webhook";

export const WebhookTask = Type.Object({ delivery: Type.String() });
export type WebhookTask = Static<typeof WebhookTask>;

const webhookTaskSchema = Compile(WebhookTask);

/** @throws Error when a queue row is not one of ours. */
export function parseWebhookTask(payload: unknown): WebhookTask {
  return webhookTaskSchema.Parse(payload);
}

/** Queues another attempt, inside the caller's transaction. */
export async function enqueueDelivery(transaction: Database, delivery: string, at: Date): Promise<void> {
  await transaction.query(
    "SELECT graphile_worker.add_job($1, json_build_object('delivery', $2::text), job_key := 'webhook:' || $2::text, run_at := $3)",
    [webhookTaskName, delivery, at],
  );
}
