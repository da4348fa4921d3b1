import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { NewWebhook, Webhook, WebhookDelivery } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import type { Outbound } from "../../outbound/outbound.js";
import type { SecretBox } from "../../storage/secret-box.js";
import {
  changeWebhook,
  createWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  parseNewWebhook,
  parseWebhookChange,
  removeWebhook,
  rotateWebhook,
  testWebhook,
} from "../../webhooks/webhooks.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

const WebhookPath = Type.Object({ webhook: Type.String() });

/** Webhooks: events about finished jobs. */
export const webhookRoutes: FastifyPluginCallbackTypebox<{
  readonly pool: Pool;
  readonly secrets: SecretBox;
  readonly outbound: Outbound;
}> = (app, { pool, secrets, outbound }, done) => {
  const parts = { database: pool, secrets, outbound };
  const tags = ["webhooks"];
  const errors = errorResponses(400, 401, 404, 415);

  app.get(
    "/webhooks",
    { schema: { summary: "List webhooks", tags, response: { 200: Type.Array(Webhook), ...errors } } },
    (request) => listWebhooks(pool, callerOf(request)),
  );

  app.post(
    "/webhooks",
    {
      schema: {
        summary: "Create a webhook",
        description:
          "Messages follow the Standard Webhooks specification: verify `webhook-signature` with the secret, which is shown once. A message without a 2xx response is retried for three days; 410 disables the webhook.",
        tags,
        body: parseNewWebhook.schema,
        response: { 201: NewWebhook, ...errors },
      },
    },
    async (request, reply) => reply.code(201).send(await createWebhook(parts, callerOf(request), request.body)),
  );

  app.get(
    "/webhooks/:webhook",
    { schema: { summary: "Get a webhook", tags, params: WebhookPath, response: { 200: Webhook, ...errors } } },
    (request) => findWebhook(pool, callerOf(request), request.params.webhook),
  );

  app.patch(
    "/webhooks/:webhook",
    {
      schema: {
        summary: "Update or disable a webhook",
        tags,
        body: parseWebhookChange.schema,
        params: WebhookPath,
        response: { 200: Webhook, ...errors },
      },
    },
    (request) => changeWebhook(parts, callerOf(request), request.params.webhook, request.body),
  );

  app.delete(
    "/webhooks/:webhook",
    {
      schema: {
        summary: "Remove a webhook and its messages",
        tags,
        params: WebhookPath,
        response: { 204: Type.Null(), ...errors },
      },
    },
    async (request, reply) => {
      await removeWebhook(pool, callerOf(request), request.params.webhook);
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/webhooks/:webhook/rotate",
    {
      schema: {
        summary: "Rotate the secret of a webhook",
        tags,
        params: WebhookPath,
        response: { 200: NewWebhook, ...errors },
      },
    },
    (request) => rotateWebhook(pool, secrets, callerOf(request), request.params.webhook),
  );

  app.post(
    "/webhooks/:webhook/test",
    {
      schema: {
        summary: "Send a test message",
        tags,
        params: WebhookPath,
        response: { 202: WebhookDelivery, ...errors },
      },
    },
    async (request, reply) => reply.code(202).send(await testWebhook(pool, callerOf(request), request.params.webhook)),
  );

  app.get(
    "/webhooks/:webhook/deliveries",
    {
      schema: {
        summary: "List the last 100 deliveries",
        tags,
        params: WebhookPath,
        response: { 200: Type.Array(WebhookDelivery), ...errors },
      },
    },
    (request) => listDeliveries(pool, callerOf(request), request.params.webhook),
  );
  done();
};
