import { inputSources, parseUrl } from "@millrace/contract";
import { describeValue } from "../../errors/describe-mismatch.js";
import { MillraceError } from "../../errors/millrace-error.js";
import { destinationOf } from "../../outbound/outbound-rules.js";
import type { S3Access } from "../s3/access.js";
import type { InputSource } from "./input-source.js";
import { checkKeyPair, fetchS3Object, toS3Access } from "./s3-object.js";

/** Objects of an S3-compatible server that the submission names. */
export const storageGridSource: InputSource<"storage-grid", S3Access & { readonly type: "storage-grid" }> = {
  ...inputSources["storage-grid"],
  check(input) {
    checkEndpoint(input.endpoint);
    checkKeyPair(input);
  },
  destination: ({ endpoint }) => ({ field: "input.endpoint", ...destinationOf(withProtocol(endpoint)) }),
  toAccess: (input) => ({ type: "storage-grid", ...toS3Access(input), endpoint: withProtocol(input.endpoint) }),
  fetch: fetchS3Object,
};

function checkEndpoint(endpoint: string): void {
  if (parseUrl(withProtocol(endpoint)) !== undefined) return;
  throw new MillraceError(
    "invalid_request",
    `input.endpoint is not valid: found ${describeValue(endpoint)}, expected an address such as "https://grid.example.com".`,
  );
}

function withProtocol(endpoint: string): string {
  return /^https?:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
}
