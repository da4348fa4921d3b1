import { parseUrl } from "@millrace/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { MillraceError } from "../errors/millrace-error.js";
import { createTrustedProxies } from "./trusted-proxies.js";

const addresses = new WeakMap<FastifyRequest, string>();

const maximumPrefixLength = 1_000;

export interface OwnAddressOptions {
  /** Base URL of links, with its path; undefined: the request's own. */
  readonly publicUrl: string | undefined;
  /** Addresses and networks whose X-Forwarded headers are trusted. */
  readonly trustedProxies: readonly string[];
}

/** Makes links start with the public URL, or with what a trusted proxy says about the request that it received. */
export function rememberOwnAddress(app: FastifyInstance, { publicUrl, trustedProxies }: OwnAddressOptions): void {
  const isTrusted = createTrustedProxies(trustedProxies);
  app.addHook("onRequest", async (request) => {
    const prefix = isTrusted(request.socket.remoteAddress) ? forwardedPrefix(request) : "";
    addresses.set(request, publicUrl ?? `${request.protocol}://${request.host}${prefix}`);
  });
}

/** As `ownAddress`; undefined where that throws. */
export function knownAddress(request: FastifyRequest): string | undefined {
  const address = addresses.get(request) ?? "";
  return parseUrl(address) === undefined ? undefined : address;
}

/**
 * The base URL of links, without a trailing slash: "https://millrace.example/prefix".
 *
 * @throws MillraceError `invalid_request` when the request names no host.
 */
export function ownAddress(request: FastifyRequest): string {
  const address = knownAddress(request);
  if (address !== undefined) return address;
  throw new MillraceError("invalid_request", "The Host header is missing or not valid: send the name of the server.");
}

/** The path that a proxy took off, as "/prefix"; empty if it names none that can be one. */
function forwardedPrefix({ headers }: FastifyRequest): string {
  const given = String(headers["x-forwarded-prefix"] ?? "").replace(/\/$/, "");
  const isPath = given.length <= maximumPrefixLength && /^(\/[\w~-][\w.~-]*)+$/.test(given);
  return isPath ? given : "";
}
