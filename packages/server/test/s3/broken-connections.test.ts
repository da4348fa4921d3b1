import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { retryTransient } from "../../src/lifecycle/retry-transient.js";
import { useSkippableTime } from "../support/skippable-time.js";
import { deferred } from "./deferred.js";
import { startFixture } from "./fixture.js";
import { errorXml, response } from "./hostile-server.js";

const skip = useSkippableTime();

test("a body that stops in the middle ends with BodyTimeout instead of hanging", async () => {
  const { get, refusal, server } = await startFixture(({ socket, index }) => {
    socket.write(index === 0 ? response(200, "half", { "content-length": 8 }) : response(200, "whole"));
  });
  const failing = refusal();
  await expect.poll(() => server.requests.length).toBe(1);
  // Once a later answer has come, so has the half.
  await get();
  skip(40_000);
  const error = await failing;
  expect([error.code, error.isTransient]).toEqual(["BodyTimeout", true]);
  expect(error.message).toMatch(
    /^Timed out in the middle of object "a\/b\.txt" in bucket "some-bucket" from 127\.0\.0\.1:\d+ \(/,
  );
  await server.allConnectionsClosed();
});

test("accepts a slow body while data keeps arriving", async () => {
  const slow = deferred<Socket>();
  const { get } = await startFixture(({ socket, index }) => {
    socket.write(index === 0 ? response(200, "", { "content-length": 6 }) : response(200, "whole"));
    if (index === 0) slow.resolve(socket);
  });
  const fetching = get();
  const socket = await slow.promise;
  for (const letter of "slowly") {
    socket.write(letter);
    // Once a later answer has come, so has the letter.
    await get();
    skip(20_000);
  }
  expect(Buffer.from(await fetching).toString()).toBe("slowly");
});

test("a server that never answers ends with HeadersTimeout", async () => {
  const { refusal } = await startFixture(() => skip(40_000));
  const error = await refusal();
  expect([error.code, error.isTransient, error.statusCode]).toEqual(["HeadersTimeout", true, null]);
});

test("a handshake that does not complete ends with ConnectTimeout", async () => {
  const { refusal, server } = await startFixture(() => undefined);
  const failing = refusal({ endpoint: server.endpoint.replace("http:", "https:") });
  await expect.poll(() => server.connectionCount).toBe(1);
  skip(15_000);
  const error = await failing;
  expect([error.code, error.isTransient]).toEqual(["ConnectTimeout", true]);
});

test.each([
  ["ended", (socket: { end(): void }) => socket.end()],
  ["reset", (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
])("a body truncated by a connection that is %s is BodyTruncated, never a shorter object", async (_how, cut) => {
  const { refusal } = await startFixture(({ socket }) => {
    socket.write(response(200, "half", { "content-length": 8 }), () => cut(socket));
  });
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["BodyTruncated", true]);
});

test("a chunked body without its last chunk is BodyTruncated", async () => {
  const { refusal } = await startFixture(({ socket }) => {
    socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  });
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["BodyTruncated", true]);
});

test("a connection reset before the answer is ConnectionReset", async () => {
  const { refusal } = await startFixture(({ socket }) => socket.resetAndDestroy());
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["ConnectionReset", true]);
});

test("a port where nobody listens is ConnectionRefused", async () => {
  const { refusal, server } = await startFixture(() => undefined);
  await server.close().catch(() => undefined);
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["ConnectionRefused", true]);
});

test("a response that is not HTTP is InvalidResponse and permanent", async () => {
  const { refusal } = await startFixture(({ socket }) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["InvalidResponse", false]);
});

test("retries survive two SlowDown responses and a reset", async () => {
  const { get, server } = await startFixture(({ socket, index }) => {
    if (index < 2) socket.write(response(503, errorXml("SlowDown")));
    else if (index === 2) socket.resetAndDestroy();
    else socket.write(response(200, "at last"));
  });
  const signal = new AbortController().signal;
  const body = await retryTransient(() => get(), { signal, wait: () => Promise.resolve() });
  expect(Buffer.from(body).toString()).toBe("at last");
  expect(server.requests.length).toBe(4);
});
