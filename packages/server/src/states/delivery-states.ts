import type { WebhookDelivery } from "@millrace/contract";

/** Status of a webhook delivery; a pending one is retried until it is delivered or fails. */
export const deliveryStatus = {
  pending: "PENDING",
  delivered: "DELIVERED",
  givenUp: "FAILED",
} as const satisfies Record<string, WebhookDelivery["status"]>;
