import { parseUrl } from "@millrace/contract";
import { LRUCache } from "lru-cache";
import { s3Error } from "./error-catalogue.js";
import { keyOf, type S3Object } from "./object.js";

/** Where to request an object. */
export interface Address {
  /** "https://host:port", the name of a connection pool. */
  readonly origin: string;
  readonly host: string;
  /** Percent-encoded. */
  readonly path: string;
}

/**
 * The address of an object in a region. Amazon's hosts carry the bucket's name where it is one label of a host name;
 * other servers and other buckets get it in the path, which every server understands.
 *
 * @throws S3Error InvalidBucketName, InvalidKey, InvalidRegion, InvalidEndpoint
 */
export function addressOf(object: S3Object, region: string, endpoint: string | undefined): Address {
  const key = keyOf(object);
  // An empty key would list the bucket.
  if (key === "" || loneSurrogate.test(key)) throw s3Error(object, { code: "InvalidKey" });
  const { versionId } = object;
  const query = versionId === undefined ? "" : `?versionId=${encodeQueryValue(versionId)}`;
  return resolve(object, `${encodePath(key)}${query}`, region, endpoint);
}

/**
 * The address of a bucket, with a query.
 *
 * @throws S3Error InvalidBucketName, InvalidRegion, InvalidEndpoint
 */
export function bucketAddressOf(
  object: S3Object,
  query: string,
  region: string,
  endpoint: string | undefined,
): Address {
  return resolve(object, `?${query}`, region, endpoint);
}

/** @param rest what follows the bucket, encoded. */
function resolve(object: S3Object, rest: string, region: string, endpoint: string | undefined): Address {
  if (object.bucket === "" || /^\.+$|[/\\]/.test(object.bucket) || loneSurrogate.test(object.bucket))
    throw s3Error(object, { code: "InvalidBucketName" });
  // The region becomes part of a host name: nothing but a label may pass.
  if (!isRegion(region)) throw s3Error(object, { code: "InvalidRegion" });
  if (endpoint === undefined) return amazonAddress(object.bucket, rest, region);
  const base = parseEndpoint(object, endpoint);
  return { origin: base.origin, host: base.host, path: `${base.path}/${encodePath(object.bucket)}/${rest}` };
}

// Half a UTF-16 pair has no UTF-8 form.
const loneSurrogate = /\p{Surrogate}/u;

/** True for what may be the name of a region: one label of a host name. */
export function isRegion(region: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(region);
}

/** True when an endpoint is one of Amazon's own hosts, so that another region means another host. */
export function isAmazon(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  return /\.amazonaws\.com(\.cn)?$/.test(parseUrl(endpoint)?.hostname ?? "");
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encodeQueryValue(text: string): string {
  return encodePath(text.toWellFormed()).replaceAll("/", "%2F");
}

/** Percent-encodes all but RFC 3986's unreserved characters and the slash: the form that signature version 4 signs. */
export function encodePath(text: string): string {
  if (/^[A-Za-z0-9_.~/-]*$/.test(text)) return text;
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function amazonAddress(bucket: string, rest: string, region: string): Address {
  const service = `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  // A dot in the bucket would not be covered by the certificate for *.s3.region.amazonaws.com.
  const isHostLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  const host = isHostLabel ? `${bucket}.${service}` : service;
  const path = isHostLabel ? `/${rest}` : `/${encodePath(bucket)}/${rest}`;
  return { origin: `https://${host}`, host, path };
}

// Jobs name few endpoints and many objects: each endpoint is parsed once.
const endpoints = new LRUCache<string, Address>({ max: 100 });

function parseEndpoint(object: S3Object, endpoint: string): Address {
  const known = endpoints.get(endpoint);
  if (known !== undefined) return known;
  const url = parseUrl(endpoint);
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw s3Error(object, { code: "InvalidEndpoint" });
  const parsed = { origin: url.origin, host: url.host, path: canonicalPath(withoutTrailingSlashes(url.pathname)) };
  endpoints.set(endpoint, parsed);
  return parsed;
}

/** The path of an endpoint in the form that is signed, whatever its encoding was. */
function canonicalPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeQueryValue(decodeSegment(segment)))
    .join("/");
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Not with `/\/+$/`, which takes quadratic time for slashes in the middle. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}
