import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { secretCredentials, startFixture } from "./fixture.js";
import { errorXml, response } from "./hostile-server.js";

test.each([
  [404, "NoSuchKey", false],
  [404, "NoSuchBucket", false],
  [403, "AccessDenied", false],
  [403, "InvalidAccessKeyId", false],
  [403, "SignatureDoesNotMatch", false],
  [400, "ExpiredToken", false],
  [403, "RequestTimeTooSkewed", false],
  [400, "RequestTimeout", true],
  [503, "SlowDown", true],
  [503, "ServiceUnavailable", true],
  [500, "InternalError", true],
  [501, "NotImplemented", false],
  [418, "NeverHeardOf", false],
  [502, "NeverHeardOf", true],
  [400, "constructor", false],
])("status %d with code %s", async (statusCode, code, isTransient) => {
  const { refusal } = await startFixture(({ socket }) => void socket.write(response(statusCode, errorXml(code))));
  const error = await refusal();
  expect([error.code, error.statusCode, error.isTransient]).toEqual([code, statusCode, isTransient]);
  expect(error.message).toContain('"a/b.txt"');
  expect(error.message).toContain('"some-bucket"');
  expect(error.message).toMatch(/^[A-Z].* \([A-Za-z]+\): [a-z].*\w\.$/);
  expect(error.message).not.toContain("secret words");
  for (const secret of Object.values(secretCredentials)) expect(error.message).not.toContain(secret);
});

test("honors Retry-After in seconds", async () => {
  const sent = ["7", "tomorrow"];
  const { refusal } = await startFixture(
    ({ socket, index }) =>
      void socket.write(response(503, errorXml("SlowDown"), { "retry-after": sent[index] ?? "missing" })),
  );
  expect((await refusal()).retryAfterMs).toBe(7_000);
  expect((await refusal()).retryAfterMs).toBeNull();
});

test.each([
  [403, "AccessDenied", "<html>Forbidden by a proxy</html>"],
  [403, "AccessDenied", "{]]>\u0000&&&"],
  [404, "NotFound", ""],
  [404, "NotFound", "<Error><Code></Code></Error>"],
  [429, "TooManyRequests", ""],
  [500, "InternalError", "<Error>".repeat(1_000)],
  [503, "ServiceUnavailable", "<Error><Code>Two words of my own</Code></Error>"],
  [504, "HTTP504", ""],
  [301, "PermanentRedirect", ""],
])("status %d without an S3 document is %s", async (statusCode, code, body) => {
  const { refusal } = await startFixture(({ socket }) => void socket.write(response(statusCode, body)));
  expect((await refusal()).code).toBe(code);
});

const content = "the content";
const sha256 = createHash("sha256").update(content).digest("base64");
const checksumOfContent: Record<string, string> = {
  crc32: Buffer.from(crc32(content).toString(16).padStart(8, "0"), "hex").toString("base64"),
  sha1: createHash("sha1").update(content).digest("base64"),
  sha256,
};

test.each(["crc32", "sha1", "sha256"])(
  "returns an object that matches its %s and rejects another",
  async (algorithm) => {
    const header = { [`x-amz-checksum-${algorithm}`]: checksumOfContent[algorithm] ?? "" };
    const { get, refusal } = await startFixture(({ socket, index }) => {
      socket.write(response(200, index === 0 ? content : "THE content", header));
    });
    expect(Buffer.from(await get()).toString()).toBe(content);
    const error = await refusal();
    expect([error.code, error.isTransient]).toEqual(["ChecksumMismatch", true]);
    expect(error.message).toContain(algorithm);
  },
);

test("rejects credentials with a line break before sending anything", async () => {
  const { refusal, server } = await startFixture(({ socket }) => void socket.write(response(200, content)));
  const credentials = { accessKeyId: "AKIASECRETID\n", secretAccessKey: "x" };
  const error = await refusal({ credentials });
  expect([error.code, error.isTransient]).toEqual(["InvalidCredentials", false]);
  expect(error.message).not.toContain("AKIA");
  expect(server.connectionCount).toBe(0);
});

test("anonymous requests have no signature, signed ones the session token", async () => {
  const { get, server } = await startFixture(({ socket }) => void socket.write(response(200, content)));
  await get({ credentials: null });
  await get({ credentials: { ...secretCredentials, sessionToken: "the-token" } });
  const [anonymous, temporary] = server.requests;
  expect(anonymous?.headers["authorization"]).toBeUndefined();
  expect(temporary?.headers["x-amz-security-token"]).toBe("the-token");
  expect(temporary?.headers["authorization"]).toMatch(/SignedHeaders=[^,]*x-amz-security-token/);
});
