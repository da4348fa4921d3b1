import { hash } from "node:crypto";
import type { Address } from "./address.js";
import type { S3Object } from "./object.js";
import { signingKeyOf } from "./signing-key.js";

/** SHA-256 of nothing: the hash of the body of a GET. */
export const emptyBodySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Headers in lower case, in the order of the alphabet. */
type Headers = Record<string, string>;

/** The headers of a GET, signed with AWS signature version 4 when there are credentials. */
export function signedHeaders(
  address: Address,
  region: string,
  { credentials, isPaidByRequester = false }: Pick<S3Object, "credentials" | "isPaidByRequester">,
  now: Date,
): Headers {
  const headers: Headers = {
    host: address.host,
    // Asks the store to send the checksum that it keeps; stores that know none ignore it.
    "x-amz-checksum-mode": "ENABLED",
  };
  if (credentials !== null) {
    headers["x-amz-content-sha256"] = emptyBodySha256;
    headers["x-amz-date"] = timestampOf(now);
  }
  if (isPaidByRequester) headers["x-amz-request-payer"] = "requester";
  if (credentials === null) return headers;
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  headers["authorization"] = authorizationOf(address.path, headers, region, credentials);
  return headers;
}

/**
 * The Authorization header of a GET without a body (AWS signature version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @param path percent-encoded as signature version 4 wants it; may have a query of `name=value` in the order of the names.
 * @param headers all that are signed, `x-amz-date` and `x-amz-content-sha256` among them.
 */
export function authorizationOf(
  path: string,
  headers: Headers,
  region: string,
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
): string {
  const timestamp = headers["x-amz-date"] ?? "";
  const day = timestamp.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const queryStart = path.indexOf("?");
  let canonical =
    queryStart < 0 ? `GET\n${path}\n\n` : `GET\n${path.slice(0, queryStart)}\n${path.slice(queryStart + 1)}\n`;
  let names = "";
  for (const name in headers) {
    canonical += `${name}:${headers[name]}\n`;
    names += names === "" ? name : `;${name}`;
  }
  canonical += `\n${names}\n${headers["x-amz-content-sha256"]}`;
  const signature = signingKeyOf(day, region, secretAccessKey).sign(
    `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash("sha256", canonical)}`,
  );
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

/** "20260203T040506Z" */
function timestampOf(now: Date): string {
  return now.toISOString().replace(/[:-]|\.\d{3}/g, "");
}
