import { LRUCache } from "lru-cache";
import type { Outbound } from "../../outbound/outbound.js";
import { defaultPace, type PaceLimits } from "../pace.js";
import { addressOf, bucketAddressOf, isAmazon, type Address } from "./address.js";
import { createConnections } from "./connections.js";
import { download, type DownloadResponse, type FetchOptions } from "./download.js";
import { codeOfStatus, parseErrorDocument } from "./error-document.js";
import { s3Error } from "./error-catalogue.js";
import { listingQuery, parseListing, type ListingPage } from "./listing.js";
import type { S3Object } from "./object.js";
import { regionOf } from "./region.js";
import { signedHeaders } from "./signature.js";

/** Reads objects from S3 and S3-compatible servers. */
export interface S3Client {
  /**
   * The bytes of one object, in a buffer of their own. Does not retry: see retry-transient.ts.
   *
   * @throws S3Error saying what went wrong and whether trying again may help
   * @throws the signal's reason when it is aborted
   */
  get(object: S3Object, options: FetchOptions): Promise<Uint8Array>;
  /**
   * Up to 1,000 keys that begin with the key of `folder` (ListObjectsV2), the next ones by the continuation of the page before.
   *
   * @throws as `get` does
   */
  list(folder: S3Object, continuation: string | null, signal: AbortSignal): Promise<ListingPage>;
  /** Ends every connection; what is still being fetched is rejected. */
  close(): Promise<void>;
}

export interface S3ClientOptions {
  /** Which addresses may be connected to. */
  readonly outbound: Outbound;
  /** Where objects that name no endpoint of their own are; Amazon S3 when left out. */
  readonly endpoint?: string | undefined;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Time until the headers of a response are there; default 30,000. */
  readonly headersTimeoutMs?: number;
  /** Longest silence within a body; default 30,000. Checked about once a second. */
  readonly bodyIdleTimeoutMs?: number;
  /** Minimum rates for objects and listings. */
  readonly pace?: PaceLimits;
  /** Default 128; more requests wait for a free connection. */
  readonly connectionsPerOrigin?: number;
  /** The clock that dates signatures. */
  readonly now?: () => Date;
}

type Locate = (region: string, endpoint: string | undefined) => Address;

// A thousand keys of a kilobyte each, percent-encoded, with the metadata of every object.
const maximumListingBytes = 4 * 2 ** 20;

/** Creates a client. One serves a whole process: it keeps connections open and remembers where buckets are. */
export function createS3Client(options: S3ClientOptions): S3Client {
  const now = options.now ?? (() => new Date());
  const connections = createConnections({
    outbound: options.outbound,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    bodyIdleTimeoutMs: options.bodyIdleTimeoutMs ?? 30_000,
    connectionsPerOrigin: options.connectionsPerOrigin ?? 128,
  });
  const regions = new LRUCache<string, string>({ max: 10_000 });

  async function get(object: S3Object, fetchOptions: FetchOptions): Promise<Uint8Array> {
    const locate: Locate = (region, endpoint) => addressOf(object, region, endpoint);
    return read(object, locate, fetchOptions);
  }

  async function list(folder: S3Object, continuation: string | null, signal: AbortSignal): Promise<ListingPage> {
    const query = listingQuery(folder.key, continuation);
    const locate: Locate = (region, endpoint) => bucketAddressOf(folder, query, region, endpoint);
    const page = parseListing(await read(folder, locate, { signal, maximumSizeBytes: maximumListingBytes }));
    if (page === null) throw s3Error(folder, { code: "InvalidListing", statusCode: 200 });
    return page;
  }

  async function read(object: S3Object, locate: Locate, fetchOptions: FetchOptions): Promise<Uint8Array> {
    checkCredentials(object);
    const endpoint = object.endpoint ?? options.endpoint;
    const bucket = `${endpoint ?? ""} ${object.bucket}`;
    const known = regions.get(bucket);
    const region = known ?? object.region;
    const request = (inRegion: string, from: string | undefined) =>
      send(object, locate(inRegion, from), inRegion, fetchOptions);
    const response = await request(region, known === undefined ? endpoint : moved(endpoint));
    if (response.statusCode === 200) return response.body;
    const elsewhere = regionElsewhere(response, region);
    if (elsewhere === null) throw refusal(object, response);

    // Follow one redirect only: the store may redirect in a loop.
    const second = await request(elsewhere, moved(endpoint));
    if (second.statusCode !== 200) throw refusal(object, second);
    regions.set(bucket, elsewhere);
    return second.body;
  }

  function send(object: S3Object, address: Address, region: string, fetchOptions: FetchOptions) {
    const headers = signedHeaders(address, region, object, now());
    return download(
      connections.poolOf(address.origin),
      object,
      { origin: address.origin, host: address.host, path: address.path, headers },
      fetchOptions,
      options.pace ?? defaultPace,
    );
  }

  return { get, list, close: () => connections.close() };
}

/** Another region of Amazon is another host; any other server keeps its address and only the signature changes. */
function moved(endpoint: string | undefined): string | undefined {
  return isAmazon(endpoint) ? undefined : endpoint;
}

/** Copied credentials often contain spaces and line breaks, which headers must not. */
function checkCredentials(object: S3Object): void {
  if (object.credentials === null) return;
  const { accessKeyId, secretAccessKey, sessionToken } = object.credentials;
  const isHeaderSafe = [accessKeyId, sessionToken ?? "-"].every((text) => /^[\x21-\x7e]+$/.test(text));
  if (!isHeaderSafe || secretAccessKey === "") throw s3Error(object, { code: "InvalidCredentials" });
}

/** The region that the store names in its error, if it differs from the requested one. */
function regionElsewhere(response: DownloadResponse, region: string): string | null {
  const named = regionOf(response.statusCode, response.headers, parseErrorDocument(response.body));
  return named === region ? null : named;
}

function refusal(object: S3Object, response: DownloadResponse) {
  const { statusCode, headers } = response;
  const code = parseErrorDocument(response.body).code ?? codeOfStatus(statusCode);
  return s3Error(object, { code, statusCode, retryAfterMs: retryAfterOf(headers["retry-after"]) });
}

/** Retry-After in seconds (RFC 9110, section 10.2.3); its other form, a date, is not used by stores. */
function retryAfterOf(header: string | string[] | undefined): number | null {
  return typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}
