import { withTimeLimit } from "@millrace/runners";
import type { Pool } from "pg";
import { Webhook as Signer } from "standardwebhooks";
import { request, type Dispatcher } from "undici";
import { inTransaction } from "../database/transaction.js";
import { AddressNotAllowedError } from "../outbound/address-not-allowed.js";
import type { Outbound } from "../outbound/outbound.js";
import { enqueueDelivery } from "../queue/webhook-task.js";
import { deliveryStatus } from "../states/delivery-states.js";
import { sqlStatus } from "../states/status-sql.js";
import { maskSecrets } from "../errors/secret-values.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import { openUrl } from "./sealed-webhook.js";

/** Delays between attempts, as suggested by the Standard Webhooks specification: three days in total. */
const retryDelaysMs = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1_000);

// Receivers should accept a message and process it later.
const responseTimeoutMs = 15_000;
// Only the status of the response is read.
const maximumHeaderBytes = 16 * 2 ** 10;
const maximumBodyBytes = 64 * 2 ** 10;

/** Receivers that recently timed out: their other messages are postponed, instead of each waiting for its own timeout. */
export interface Silence {
  /** Until when messages to an address are postponed; undefined if they are not. */
  until(url: string): Date | undefined;
  begins(url: string): void;
}

const silenceMs = 60_000;

export function createSilence(now: () => number = Date.now): Silence {
  const ends = new Map<string, number>();
  return {
    until(url) {
      const end = ends.get(url);
      if (end === undefined) return undefined;
      if (end > now()) return new Date(end);
      ends.delete(url);
      return undefined;
    },
    begins: (url) => void ends.set(url, now() + silenceMs),
  };
}

/** Connections to receivers; `destroy()` closes them. */
export function createReceivers(outbound: Outbound): Dispatcher {
  return outbound.openHttp({
    maxHeaderSize: maximumHeaderBytes,
    headersTimeout: responseTimeoutMs,
    bodyTimeout: responseTimeoutMs,
  });
}

interface DeliverParts {
  readonly pool: Pool;
  readonly secrets: SecretBox;
  readonly log: Log;
  readonly silence: Silence;
  readonly receivers: Dispatcher;
}

interface DeliveryRow {
  readonly identifier: string;
  readonly payload: string;
  readonly attempts: number;
  readonly webhook_identifier: string;
  readonly account_identifier: string;
  readonly sealed_url: Buffer;
  readonly sealed_secret: Buffer;
  readonly webhook_status: string;
}

/** The outcome of one attempt. */
interface Outcome {
  readonly isDelivered: boolean;
  /** The receiver is gone permanently (410). */
  readonly isGone: boolean;
  /** Retrying would not help. */
  readonly isRefused?: boolean;
  /** The receiver did not respond in time. */
  readonly isSilent?: boolean;
  readonly words: string;
}

/**
 * Sends a message once, signed according to the Standard Webhooks specification, and queues the next attempt if it was not
 * accepted. A message may be delivered twice, always with the same `webhook-id`.
 *
 * @throws the signal's reason when aborted.
 */
export async function deliverWebhook(
  { pool, secrets, log, silence, receivers }: DeliverParts,
  delivery: string,
  signal: AbortSignal,
): Promise<void> {
  const { rows } = await pool.query<DeliveryRow>(
    `SELECT d.identifier, d.payload, d.attempts, d.webhook_identifier, w.account_identifier, w.sealed_url, w.sealed_secret, w.status AS webhook_status
     FROM millrace.webhook_deliveries d JOIN millrace.webhooks w ON w.identifier = d.webhook_identifier
     WHERE d.identifier = $1 AND d.status = ${sqlStatus(deliveryStatus.pending)}`,
    [delivery],
  );
  const row = rows[0];
  if (row === undefined) return;
  const url = openUrl(secrets, row.webhook_identifier, row.sealed_url);
  const silentUntil = silence.until(url);
  if (silentUntil !== undefined) return enqueueDelivery(pool, row, spread(silentUntil, silenceMs));
  const outcome: Outcome =
    row.webhook_status === "Active"
      ? await send(row, url, secrets.open(row.sealed_secret, row.webhook_identifier), receivers, signal)
      : { isDelivered: false, isGone: true, words: "The webhook is disabled." };
  if (outcome.isSilent === true) silence.begins(url);
  if (!outcome.isDelivered) log.info({ webhook: row.webhook_identifier, delivery }, `webhook: ${outcome.words}`);
  await record(pool, row, outcome);
}

async function send(
  { identifier, payload }: DeliveryRow,
  url: string,
  secret: string,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Outcome> {
  const sentAt = new Date();
  try {
    const response = await request(url, {
      method: "POST",
      body: payload,
      headers: {
        "content-type": "application/json",
        "user-agent": "Millrace",
        "webhook-id": identifier,
        "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
        "webhook-signature": new Signer(secret).sign(identifier, sentAt, payload),
      },
      dispatcher,
      signal: withTimeLimit(signal, responseTimeoutMs),
    });
    await response.body.dump({ limit: maximumBodyBytes });
    const { statusCode } = response;
    return {
      isDelivered: statusCode >= 200 && statusCode < 300,
      isGone: statusCode === 410,
      words: `The receiver responded with ${statusCode}.`,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AddressNotAllowedError)
      return { isDelivered: false, isGone: false, isRefused: true, words: error.message };
    const { name, code, message } = error as Error & { code?: string };
    const isSilent = ["TimeoutError", "HeadersTimeoutError", "BodyTimeoutError"].includes(name);
    const cause = isSilent ? `no response within ${responseTimeoutMs / 1_000} s` : (code ?? message);
    return {
      isDelivered: false,
      isGone: false,
      isSilent,
      words: `The receiver could not be reached (${maskSecrets(cause).replace(/\p{Cc}/gu, " ")}).`,
    };
  }
}

// Some receivers' error responses echo what was sent.
const maximumWords = 200;

async function record(pool: Pool, row: DeliveryRow, { isDelivered, isGone, isRefused, words }: Outcome): Promise<void> {
  const delayMs = isDelivered || isGone || isRefused === true ? undefined : retryDelaysMs[row.attempts];
  const nextAt = delayMs === undefined ? null : spread(new Date(Date.now() + delayMs * 0.9), delayMs * 0.2);
  const status = deliveryStatus[isDelivered ? "delivered" : nextAt === null ? "givenUp" : "pending"];
  await inTransaction(pool, async (transaction) => {
    await transaction.query(
      `UPDATE millrace.webhook_deliveries SET status = $2, attempts = attempts + 1, last_outcome = $3, next_attempt_at = $4 WHERE identifier = $1`,
      [row.identifier, status, words.slice(0, maximumWords), nextAt],
    );
    if (isGone && row.webhook_status === "Active") {
      await transaction.query(
        "UPDATE millrace.webhooks SET status = 'Disabled', status_reason = 'The receiver responded with 410 Gone.' WHERE identifier = $1",
        [row.webhook_identifier],
      );
    }
    if (nextAt !== null) await enqueueDelivery(transaction, row, nextAt);
  });
}

/** Spreads the retries of many messages over time, to spare a receiver that was down. */
function spread(from: Date, withinMs: number): Date {
  return new Date(from.getTime() + Math.random() * withinMs);
}
