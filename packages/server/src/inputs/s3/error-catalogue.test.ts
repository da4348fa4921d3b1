import { inputFailures } from "@millrace/contract";
import { expect, test } from "vitest";
import { errorCatalogue, s3Error } from "./error-catalogue.js";

const credentials = { accessKeyId: "AKIASECRETID", secretAccessKey: "the-secret", sessionToken: "the-token" };

test.each(Object.keys(errorCatalogue))("%s has one sentence that names the object and contains no secret", (code) => {
  for (const reader of [credentials, null]) {
    const object = { bucket: "some-bucket", key: "a/b.txt", region: "us-east-1", credentials: reader };
    const { message } = s3Error(object, { code, host: "store.example", detail: "crc32" });
    expect(message).toContain('"some-bucket"');
    expect(message).toContain('"a/b.txt"');
    expect(message).toContain(`(${code}): `);
    expect(message).toMatch(/^[A-Z][^\n]*[a-z0-9"]\.$/i);
    expect(message).not.toMatch(/AKIASECRETID|the-secret|the-token|undefined|\. /);
  }
});

test("a key with quotes and line ends is escaped", () => {
  const object = { bucket: "b", key: 'a"b\nc', region: "us-east-1", credentials: null };
  expect(s3Error(object, { code: "NoSuchKey" }).message).toBe(
    'There is no object "a\\"b\\nc" in bucket "b" (NoSuchKey): check the key.',
  );
});

test("retries an error if and only if the contract calls it retryable, whatever the store's status", () => {
  const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
  const statuses = [null, 200, 301, 400, 403, 404, 416, 429, 500, 501, 503];
  const differing = [...Object.keys(errorCatalogue), "NoSuchCode"].flatMap((code) =>
    statuses.flatMap((statusCode) => {
      const { failureCode, isTransient } = s3Error(object, { code, statusCode });
      const { isRetryable } = inputFailures[failureCode];
      return isTransient === isRetryable ? [] : [{ code, statusCode, isTransient, failureCode, isRetryable }];
    }),
  );
  expect(differing).toEqual([]);
});

test("a 5xx status makes any code transient and blames the store", () => {
  const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
  const failureOf = (statusCode: number) => {
    const { isTransient, failureCode } = s3Error(object, { code: "AccessDenied", statusCode });
    return { isTransient, failureCode };
  };
  expect(failureOf(503)).toEqual({ isTransient: true, failureCode: "s3.unavailable" });
  expect(failureOf(403)).toEqual({ isTransient: false, failureCode: "s3.access_denied" });
});
