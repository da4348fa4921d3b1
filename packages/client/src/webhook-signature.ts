import type { WebhookEvent } from "./contract.js";
import { MillraceError } from "./errors.js";

/** A message is not from the server, or is too old; its body must not be believed. */
export class WebhookVerificationError extends MillraceError {
  override readonly name: string = "WebhookVerificationError";
}

// From the Standard Webhooks specification: older messages may be replays.
const toleranceSeconds = 5 * 60;

/** Headers as fetch, Node or a framework gives them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Verifies a message by the Standard Webhooks specification (HMAC-SHA256 of id, timestamp and body) and returns its event.
 *
 * @param body as it arrived: parsed and printed again it would not be the same.
 * @param secret `whsec_...`, returned when the webhook was created; several during a rotation.
 * @throws WebhookVerificationError.
 */
export async function unwrapWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  now: Date = new Date(),
): Promise<WebhookEvent> {
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  const ageSeconds = Math.abs(now.getTime() / 1_000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || ageSeconds > toleranceSeconds)
    throw new WebhookVerificationError(
      `webhook-timestamp is not within ${toleranceSeconds} s of the local clock: check the clock; otherwise the message may be a replay.`,
    );
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  for (const one of [secret].flat()) {
    const key = await importKey(one);
    for (const signature of signatures) {
      const bytes = signature.startsWith("v1,") ? decodeBase64(signature.slice("v1,".length)) : null;
      // WebCrypto compares in constant time.
      if (bytes !== null && (await crypto.subtle.verify("HMAC", key, bytes, signed)))
        return JSON.parse(text) as WebhookEvent;
    }
  }
  throw new WebhookVerificationError(
    "webhook-signature does not match the body: check the secret, and verify the raw body as it arrived.",
  );
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value !== "string" || value === "")
    throw new WebhookVerificationError(`The header ${name} is missing: this is not a webhook message.`);
  return value;
}

async function importKey(secret: string): Promise<Awaited<ReturnType<typeof crypto.subtle.importKey>>> {
  const bytes = decodeBase64(secret.replace(/^whsec_/, ""));
  if (bytes === null || bytes.length === 0)
    throw new WebhookVerificationError("The secret is not valid (it is not shown): expected whsec_ and base64.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    // Not base64: no signature or secret of ours.
    return null;
  }
}
