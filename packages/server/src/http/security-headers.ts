import type { FastifyInstance } from "fastify";

/** On every response: no type sniffing, no caching, no framing, no scripts. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** For untrusted bytes: browsers download them and, if they render them, run and load nothing. */
export function foreignContentHeaders(fileName: string): Readonly<Record<string, string>> {
  return {
    "content-disposition": `attachment; filename*=UTF-8''${encodeExtended(fileName)}`,
    "content-security-policy": "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  };
}

/** A header's value in any script (RFC 8187); a lone surrogate becomes U+FFFD. */
function encodeExtended(text: string): string {
  const hexadecimal = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/['()*]/g, hexadecimal);
}

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
