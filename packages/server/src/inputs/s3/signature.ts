import aws4 from "aws4";
import type { Address } from "./address.js";
import type { S3Object } from "./object.js";

/** SHA-256 of nothing: the hash of the body of a GET. */
const emptyBodySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * The headers of a GET, signed with AWS signature version 4 when there are credentials. The signing key changes only
 * with the day, the region and the secret; aws4 keeps the last 1,000, so that a request costs one hash and one HMAC.
 */
export function signedHeaders(
  address: Address,
  region: string,
  { credentials, isPaidByRequester = false }: Pick<S3Object, "credentials" | "isPaidByRequester">,
  now: Date,
): Record<string, string> {
  const headers: Record<string, string> = {
    host: address.host,
    // Asks the store to send the checksum that it keeps; stores that know none ignore it.
    "x-amz-checksum-mode": "ENABLED",
  };
  if (isPaidByRequester) headers["x-amz-request-payer"] = "requester";
  if (credentials === null) return headers;
  headers["x-amz-content-sha256"] = emptyBodySha256;
  headers["x-amz-date"] = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  const request = { service: "s3", region, method: "GET", host: address.host, path: address.path, headers };
  // Both keys are always given: aws4 would otherwise look for them in the environment.
  const { accessKeyId, secretAccessKey } = credentials;
  return aws4.sign(request, { accessKeyId, secretAccessKey }).headers as Record<string, string>;
}
