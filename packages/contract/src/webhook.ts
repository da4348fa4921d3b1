import Type, { type Static } from "typebox";
import { JobStatus } from "./status.js";
import { WireDate } from "./wire-date.js";

/** The events that a webhook can receive. */
export const webhookEventTypes = ["job.completed", "job.canceled", "job.timedout"] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** Where an account receives events about its finished jobs. */
export const Webhook = Type.Object({
  identifier: Type.String(),
  url: Type.String({ description: "Origin and path; a query, which may hold a token, is shown as `?…`." }),
  description: Type.String(),
  events: Type.Array(Type.Enum([...webhookEventTypes])),
  status: Type.Enum(["Active", "Disabled"]),
  /** Why it is disabled, where the server did it. */
  statusReason: Type.Union([Type.String(), Type.Null()]),
  createdAt: WireDate,
});
export type Webhook = Static<typeof Webhook>;

/** A webhook with the secret that verifies its messages; shown once. */
export const NewWebhook = Type.Object({ ...Webhook.properties, secret: Type.String() });
export type NewWebhook = Static<typeof NewWebhook>;

/** One message and what became of it. */
export const WebhookDelivery = Type.Object({
  identifier: Type.String({ description: "The message's `webhook-id`, the same in every attempt." }),
  type: Type.String(),
  status: Type.Enum(["PENDING", "DELIVERED", "FAILED"]),
  attempts: Type.Integer(),
  nextAttemptAt: Type.Union([WireDate, Type.Null()]),
  /** What the receiver said, or why it could not be asked. */
  lastOutcome: Type.Union([Type.String(), Type.Null()]),
  createdAt: WireDate,
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;

/** The body of a message (Standard Webhooks: type, timestamp, data). */
export const WebhookEvent = Type.Object({
  type: Type.Union([Type.Enum([...webhookEventTypes]), Type.Literal("webhook.test")]),
  timestamp: WireDate,
  data: Type.Object({
    jobIdentifier: Type.Optional(Type.String()),
    status: Type.Optional(JobStatus),
    model: Type.Optional(Type.Object({ identifier: Type.String(), version: Type.String(), name: Type.String() })),
    total: Type.Optional(Type.Integer()),
    completed: Type.Optional(Type.Integer()),
    failed: Type.Optional(Type.Integer()),
  }),
});
export type WebhookEvent = Static<typeof WebhookEvent>;
