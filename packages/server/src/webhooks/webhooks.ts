import { randomBytes, randomUUID } from "node:crypto";
import {
  formatWireDate,
  webhookEventTypes,
  type NewWebhook,
  type Webhook,
  type WebhookDelivery,
  type WebhookEventType,
  parseUrl,
} from "@millrace/contract";
import Type from "typebox";
import type { Caller } from "../accounts/caller.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { AddressNotAllowedError } from "../outbound/address-not-allowed.js";
import type { Outbound } from "../outbound/outbound.js";
import { destinationOf } from "../outbound/outbound-rules.js";
import { deliveryStatus } from "../states/delivery-states.js";
import type { SecretBox } from "../storage/secret-box.js";
import { sealUrl, shownUrl } from "./sealed-webhook.js";

interface WebhookRow {
  readonly identifier: string;
  readonly url: string;
  readonly description: string;
  readonly events: WebhookEventType[];
  readonly status: "Active" | "Disabled";
  readonly status_reason: string | null;
  readonly created_at: Date;
}

const columns = "identifier, url, description, events, status, status_reason, created_at";
const fields = {
  url: Type.String({
    minLength: 1,
    maxLength: 2_000,
    description: "an http or https URL without a user name before its host",
  }),
  description: Type.String({ maxLength: 2_000 }),
  events: Type.Array(Type.Enum([...webhookEventTypes]), {
    minItems: 1,
    maxItems: webhookEventTypes.length,
    uniqueItems: true,
  }),
  status: Type.Enum(["Active", "Disabled"]),
};
const closed = { additionalProperties: false };
export const parseNewWebhook = bodyParser(
  Type.Object(
    { url: fields.url, description: Type.Optional(fields.description), events: Type.Optional(fields.events) },
    closed,
  ),
);
export const parseWebhookChange = bodyParser(Type.Partial(Type.Object(fields), closed));

export interface WebhookParts {
  readonly database: Database;
  readonly secrets: SecretBox;
  /** Addresses that receivers may use. */
  readonly outbound: Outbound;
}

/** The webhooks of the caller's account, oldest first. */
export async function listWebhooks(database: Database, caller: Caller): Promise<Webhook[]> {
  const { rows } = await database.query<WebhookRow>(
    `SELECT ${columns} FROM millrace.webhooks WHERE account_identifier = $1 ORDER BY created_at, identifier`,
    [caller.accountIdentifier],
  );
  return rows.map(toWebhook);
}

/** @throws MillraceError `not_found`. */
export async function findWebhook(database: Database, caller: Caller, identifier: string): Promise<Webhook> {
  const found = (await listWebhooks(database, caller)).find((webhook) => webhook.identifier === identifier);
  if (found === undefined) throw unknown(identifier);
  return found;
}

/**
 * Creates a webhook that receives an event whenever a job ends, or only the events listed in `events`.
 *
 * @throws MillraceError `invalid_request`.
 */
export async function createWebhook(
  { database, secrets, outbound }: WebhookParts,
  caller: Caller,
  body: unknown,
): Promise<NewWebhook> {
  const { url, description = "", events = [...webhookEventTypes] } = parseNewWebhook(body);
  checkAddress(outbound, url);
  const identifier = randomUUID();
  const secret = generateSecret();
  await database.query(
    `INSERT INTO millrace.webhooks (identifier, account_identifier, url, description, events, sealed_secret, sealed_url)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      identifier,
      caller.accountIdentifier,
      shownUrl(url),
      description,
      events,
      secrets.seal(secret, identifier),
      sealUrl(secrets, identifier, url),
    ],
  );
  return { ...(await findWebhook(database, caller, identifier)), secret };
}

/** Updates the given fields; `status` re-enables a disabled webhook. @throws MillraceError `not_found`, `invalid_request`. */
export async function changeWebhook(
  { database, secrets, outbound }: WebhookParts,
  caller: Caller,
  identifier: string,
  body: unknown,
): Promise<Webhook> {
  const { url = null, description = null, events = null, status = null } = parseWebhookChange(body);
  if (url !== null) checkAddress(outbound, url);
  const shown = url === null ? null : shownUrl(url);
  const sealed = url === null ? null : sealUrl(secrets, identifier, url);
  // If the client sends the URL back as it was displayed, the stored one is kept.
  const { rows } = await database.query<WebhookRow>(
    `UPDATE millrace.webhooks SET sealed_url = CASE WHEN url = $7 THEN sealed_url ELSE coalesce($8, sealed_url) END,
       url = coalesce($3, url), description = coalesce($4, description), events = coalesce($5, events),
       status = coalesce($6, status), status_reason = CASE WHEN $6 IS NULL THEN status_reason END
     WHERE identifier = $1 AND account_identifier = $2 RETURNING ${columns}`,
    [identifier, caller.accountIdentifier, shown, description, events, status, url, sealed],
  );
  if (rows[0] === undefined) throw unknown(identifier);
  return toWebhook(rows[0]);
}

/** Rotates a webhook's secret. @throws MillraceError `not_found`. */
export async function rotateWebhook(
  database: Database,
  secrets: SecretBox,
  caller: Caller,
  identifier: string,
): Promise<NewWebhook> {
  const webhook = await findWebhook(database, caller, identifier);
  const secret = generateSecret();
  await database.query("UPDATE millrace.webhooks SET sealed_secret = $2 WHERE identifier = $1", [
    identifier,
    secrets.seal(secret, identifier),
  ]);
  return { ...webhook, secret };
}

/** Deletes a webhook and its messages. @throws MillraceError `not_found`. */
export async function removeWebhook(database: Database, caller: Caller, identifier: string): Promise<void> {
  await findWebhook(database, caller, identifier);
  await database.query("DELETE FROM millrace.webhooks WHERE identifier = $1", [identifier]);
}

/** Sends a message of type `webhook.test`. @throws MillraceError `not_found`. */
export async function testWebhook(database: Database, caller: Caller, identifier: string): Promise<WebhookDelivery> {
  await findWebhook(database, caller, identifier);
  const type = "webhook.test";
  const delivery = `msg_${randomUUID().replaceAll("-", "")}`;
  await database.query(
    "INSERT INTO millrace.webhook_deliveries (identifier, webhook_identifier, type, payload) VALUES ($1, $2, $3, $4)",
    [delivery, identifier, type, JSON.stringify({ type, timestamp: formatWireDate(new Date()), data: {} })],
  );
  return {
    identifier: delivery,
    type,
    status: deliveryStatus.pending,
    attempts: 0,
    nextAttemptAt: null,
    lastOutcome: null,
    createdAt: formatWireDate(new Date()),
  };
}

interface DeliveryRow {
  readonly identifier: string;
  readonly type: string;
  readonly status: WebhookDelivery["status"];
  readonly attempts: number;
  readonly next_attempt_at: Date | null;
  readonly last_outcome: string | null;
  readonly created_at: Date;
}

const deliveryColumns = "identifier, type, status, attempts, next_attempt_at, last_outcome, created_at";
const listedDeliveries = 100;

/** The last 100 messages of a webhook, newest first. @throws MillraceError `not_found`. */
export async function listDeliveries(
  database: Database,
  caller: Caller,
  identifier: string,
): Promise<WebhookDelivery[]> {
  await findWebhook(database, caller, identifier);
  const { rows } = await database.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM millrace.webhook_deliveries WHERE webhook_identifier = $1 ORDER BY created_at DESC LIMIT ${listedDeliveries}`,
    [identifier],
  );
  return rows.map(toDelivery);
}

function toWebhook(row: WebhookRow): Webhook {
  const { identifier, url, description, events, status, status_reason: statusReason, created_at: createdAt } = row;
  return { identifier, url, description, events, status, statusReason, createdAt: formatWireDate(createdAt) };
}

function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    identifier: row.identifier,
    type: row.type,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at === null ? null : formatWireDate(row.next_attempt_at),
    lastOutcome: row.last_outcome,
    createdAt: formatWireDate(row.created_at),
  };
}

function checkAddress(outbound: Outbound, url: string): void {
  const { protocol, username, password } = parseUrl(url) ?? {};
  const isHttp = protocol === "http:" || protocol === "https:";
  // URL leaves spaces and line ends out; what is stored is what is sent.
  if (!isHttp || /[\s\p{Cc}]/u.test(url))
    throw refuse("url is not valid: expected an http or https URL such as https://example.com/hook.");
  if (username !== "" || password !== "")
    throw refuse(
      "url must not have a user name or password before its host: put a token into its path or query instead, or check the webhook-signature header.",
    );
  try {
    outbound.check("url", destinationOf(url));
  } catch (error) {
    if (!(error instanceof AddressNotAllowedError)) throw error;
    throw refuse(error.message);
  }
}

function refuse(message: string): MillraceError {
  return new MillraceError("invalid_request", message);
}

/** 24 random bytes in the format of the Standard Webhooks specification. */
function generateSecret(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}

function unknown(identifier: string): MillraceError {
  return new MillraceError(
    "not_found",
    `There is no webhook ${JSON.stringify(identifier)} in this account. GET /api/webhooks lists all webhooks.`,
  );
}
