import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Names a request in its response, in error bodies and in the log. */
export const requestIdHeader = "x-request-id";

// Anything else could forge log lines or be of any length.
const safeId = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own id if it is safe, so that its log and ours can be correlated; otherwise a new one. */
export function requestIdOf({ headers }: { readonly headers: IncomingHttpHeaders }): string {
  const sent = headers[requestIdHeader];
  return typeof sent === "string" && safeId.test(sent) ? sent : randomUUID();
}
