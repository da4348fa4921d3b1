import type { WebhookDelivery } from "@millrace/contract";

/** Where the delivery of a webhook message stands; a pending one is sent until it is delivered or given up. */
export const deliveryStatus = {
  pending: "PENDING",
  delivered: "DELIVERED",
  givenUp: "FAILED",
} as const satisfies Record<string, WebhookDelivery["status"]>;
