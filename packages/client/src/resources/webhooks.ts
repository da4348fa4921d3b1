import type { NewWebhook, Webhook, WebhookDelivery, WebhookEvent, WebhookEventType } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { unwrapWebhook, type WebhookHeaders } from "../webhook-signature.js";

/** A webhook, or its identifier. */
export type WebhookReference = string | Pick<Webhook, "identifier">;

/** Webhooks: events about finished jobs. */
export class Webhooks {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Creates a webhook that receives events about the account's finished jobs.
   *
   * @param events which; all by default.
   * @returns the webhook with its secret, which is shown this once.
   *
   * @example
   * const { secret } = await client.webhooks.create("https://example.com/millrace", { events: ["job.completed"] });
   */
  create(
    url: string,
    {
      events,
      description,
      ...options
    }: { events?: readonly WebhookEventType[]; description?: string } & CallOptions = {},
  ): Promise<NewWebhook> {
    const body = {
      url,
      ...(events === undefined ? {} : { events }),
      ...(description === undefined ? {} : { description }),
    };
    return this.#transport.json<NewWebhook>({ ...options, method: "POST", path: "/webhooks", body });
  }

  /** The account's webhooks, the oldest first. */
  list(options: CallOptions = {}): Promise<Webhook[]> {
    return this.#transport.json<Webhook[]>({ ...options, method: "GET", path: "/webhooks" });
  }

  /** Changes a webhook, or disables it. @throws NotFoundError. */
  update(
    webhook: WebhookReference,
    change: { url?: string; description?: string; events?: readonly WebhookEventType[]; status?: Webhook["status"] },
    options: CallOptions = {},
  ): Promise<Webhook> {
    return this.#transport.json<Webhook>({ ...options, method: "PATCH", path: pathOf(webhook), body: change });
  }

  /** Gives a webhook another secret, and returns it. @throws NotFoundError. */
  rotateSecret(webhook: WebhookReference, options: CallOptions = {}): Promise<NewWebhook> {
    return this.#transport.json<NewWebhook>({ ...options, method: "POST", path: `${pathOf(webhook)}/rotate` });
  }

  /** Sends a message of type `webhook.test`. @throws NotFoundError. */
  test(webhook: WebhookReference, options: CallOptions = {}): Promise<WebhookDelivery> {
    return this.#transport.json<WebhookDelivery>({ ...options, method: "POST", path: `${pathOf(webhook)}/test` });
  }

  /** The last 100 messages and what became of them, the newest first. @throws NotFoundError. */
  deliveries(webhook: WebhookReference, options: CallOptions = {}): Promise<WebhookDelivery[]> {
    return this.#transport.json<WebhookDelivery[]>({
      ...options,
      method: "GET",
      path: `${pathOf(webhook)}/deliveries`,
    });
  }

  /** Removes a webhook with its messages. @throws NotFoundError. */
  async remove(webhook: WebhookReference, options: CallOptions = {}): Promise<void> {
    await this.#transport.send({ ...options, method: "DELETE", path: pathOf(webhook) });
  }

  /**
   * Verifies a received message and returns its event.
   *
   * @param body as it arrived, not parsed.
   * @param secret of the webhook; several while they are being changed.
   * @throws WebhookVerificationError when it is not the server's, or older than 5 minutes.
   *
   * @example
   * app.post("/millrace", async (request, reply) => {
   *   const event = await client.webhooks.unwrap(request.rawBody, request.headers, secret);
   *   if (event.type === "job.completed") console.log(event.data.jobIdentifier);
   *   return reply.code(204).send();
   * });
   */
  unwrap(
    body: string | Uint8Array,
    headers: WebhookHeaders,
    secret: string | readonly string[],
  ): Promise<WebhookEvent> {
    return unwrapWebhook(body, headers, secret);
  }
}

function pathOf(webhook: WebhookReference): string {
  return `/webhooks/${encodeURIComponent(typeof webhook === "string" ? webhook : webhook.identifier)}`;
}
