import { expect, test } from "vitest";
import { s3Error } from "./error-catalogue.js";
import { networkFault } from "./network-fault.js";

const object = { bucket: "some-bucket", key: "a.txt", region: "us-east-1", credentials: null };

// What real connections cannot be made to show on loopback; the rest is in test/s3/broken-connections.test.ts.
test.each([
  ["EAI_AGAIN", "NameLookupFailed", true],
  ["ENOTFOUND", "HostNotFound", false],
  ["ECONNREFUSED", "ConnectionRefused", true],
  ["ENETUNREACH", "HostUnreachable", true],
  ["ETIMEDOUT", "ConnectTimeout", true],
  ["EPIPE", "ConnectionReset", true],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "BodyTruncated", true],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "CertificateNotTrusted", false],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "CertificateNotTrusted", false],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CertificateNotTrusted", false],
  ["ESOMETHING", "ConnectionFailed", false],
])("%s is %s", (systemCode, code, isTransient) => {
  const cause = Object.assign(new Error("low-level words"), { code: systemCode });
  const error = s3Error(object, networkFault(cause, "store.example:9000"));
  expect([error.code, error.isTransient, error.statusCode]).toEqual([code, isTransient, null]);
  expect(error.message).toContain("store.example:9000");
  expect(error.message).not.toContain("low-level words");
  expect(error.cause).toBe(cause);
});
