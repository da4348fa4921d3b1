import type { FastifyInstance } from "fastify";

/** On every response: no type sniffing, no framing, no scripts. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** For untrusted bytes: browsers download them and, if they render them, run and load nothing. */
export const foreignContentHeaders: Readonly<Record<string, string>> = {
  "content-disposition": "attachment",
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
};

/** What the documentation page needs in addition; its scripts and styles are our own files. */
export const documentationPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

/** A year, only over TLS (RFC 6797, section 7.2). */
const strictTransport = "max-age=31536000";

export function sendSecurityHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(securityHeaders);
    if (request.protocol === "https") void reply.header("strict-transport-security", strictTransport);
  });
}
