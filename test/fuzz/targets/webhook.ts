import { createHmac } from "node:crypto";
import { unwrapWebhook, WebhookVerificationError } from "../../../packages/client/src/webhook-signature.ts";
import { holds, rejectsOnly, type FuzzTarget } from "../target.ts";

const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString("base64")}`;
const now = new Date("2026-01-02T03:04:05Z");
const timestamp = String(now.getTime() / 1_000);
const body = '{"type":"job.completed"}';
const signature = createHmac("sha256", key).update(`msg.${timestamp}.${body}`).digest("base64");

/** Headers and body, a line each, of a message: it is believed only if it is the one that was signed. */
export const target: FuzzTarget = {
  seeds: [
    `msg\n${timestamp}\nv1,${signature}\n${body}`,
    `msg\n${timestamp}\nv2,x v1,${signature}\n${body}`,
    "a\n1\nv1,\n{}",
  ],
  dictionary: ["v1,", " ", "\n", "=", "whsec_"],
  async run(data) {
    const [id = "", sentAt = "", signatures = "", ...rest] = data.toString("latin1").split("\n");
    const headers = { "webhook-id": id, "webhook-timestamp": sentAt, "webhook-signature": signatures };
    const sent = rest.join("\n");
    const event = await rejectsOnly([WebhookVerificationError], () => unwrapWebhook(sent, headers, secret, now));
    if (event !== undefined)
      holds(`${id}.${sentAt}.${sent}` === `msg.${timestamp}.${body}`, "only what was signed is believed");
    await rejectsOnly([WebhookVerificationError], () => unwrapWebhook(body, headers, signatures, now));
  },
};
