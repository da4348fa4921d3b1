import { encodeQueryValue } from "./address.js";
import { XMLParser } from "fast-xml-parser";

/** One page of a bucket's listing. */
export interface ListingPage {
  readonly keys: readonly string[];
  /** Where the next page begins; null after the last one. */
  readonly continuation: string | null;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === "Contents",
});

/** The query string of ListObjectsV2; keys come percent-encoded, as XML has no form for every character. */
export function listingQuery(prefix: string, continuation: string | null): string {
  const parameters: Record<string, string> = { "encoding-type": "url", "list-type": "2", prefix };
  if (continuation !== null) parameters["continuation-token"] = continuation;
  return Object.entries(parameters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${encodeQueryValue(value)}`)
    .join("&");
}

/** Null if this is not a listing. */
export function parseListing(body: Uint8Array): ListingPage | null {
  let document: { ListBucketResult?: unknown };
  try {
    document = parser.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")) as object;
  } catch {
    // A server that is not an S3 store may return anything.
    return null;
  }
  const result = document.ListBucketResult;
  if (typeof result !== "object" || result === null) return null;
  const { Contents = [], EncodingType, NextContinuationToken, IsTruncated } = result as Record<string, unknown>;
  const decode = EncodingType === "url" ? decodeKey : (key: string) => key;
  return {
    keys: (Contents as { Key?: unknown }[]).flatMap(({ Key }) => (typeof Key === "string" ? [decode(Key)] : [])),
    continuation: IsTruncated === "true" && typeof NextContinuationToken === "string" ? NextContinuationToken : null,
  };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    // The store announces the encoding but does not use it.
    return key;
  }
}
