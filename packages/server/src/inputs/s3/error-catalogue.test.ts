import { expect, test } from "vitest";
import { errorCatalogue, s3Error } from "./error-catalogue.js";

const credentials = { accessKeyId: "AKIASECRETID", secretAccessKey: "the-secret", sessionToken: "the-token" };

test.each(Object.keys(errorCatalogue))("%s is one sentence that names the object and holds no secret", (code) => {
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

test("a status of the store makes any code transient", () => {
  const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
  expect(s3Error(object, { code: "AccessDenied", statusCode: 503 }).isTransient).toBe(true);
  expect(s3Error(object, { code: "AccessDenied", statusCode: 403 }).isTransient).toBe(false);
});
