import { parseUrl } from "@millrace/contract";
import type { IncomingHttpHeaders } from "node:http";
import { isRegion } from "./address.js";
import type { ErrorDocument } from "./error-document.js";

const movedStatuses = new Set([301, 302, 303, 307, 308, 400]);

/**
 * The region that a refusal points to, or null when it points to none. Only the name of a region is taken from the
 * answer, never a host: where the next request goes is derived from the configured endpoint or Amazon's own scheme.
 */
export function regionOf(statusCode: number, headers: IncomingHttpHeaders, document: ErrorDocument): string | null {
  if (!movedStatuses.has(statusCode)) return null;
  const candidates = [
    headers["x-amz-bucket-region"],
    document.region,
    regionOfHost(document.endpoint),
    regionOfLocation(headers.location),
  ];
  for (const candidate of candidates) if (typeof candidate === "string" && isRegion(candidate)) return candidate;
  return null;
}

function regionOfLocation(location: string | string[] | undefined): string | null {
  return typeof location === "string" ? regionOfHost(parseUrl(location)?.hostname ?? null) : null;
}

/** The region in "bucket.s3-eu-west-1.amazonaws.com" or "bucket.s3.eu-west-1.amazonaws.com". */
function regionOfHost(host: string | null): string | null {
  return /(?:^|\.)s3[.-]([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host ?? "")?.[1] ?? null;
}
