import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { startFixture } from "./fixture.js";
import { response } from "./hostile-server.js";

// Seconds of the real limits are hundredths here.
const pace = { leastBytesPerSecond: 1_000, windowMs: 600, baseMs: 3_000, steadyBytesPerSecond: 100_000 };

/** Writes a byte now and then. */
const drip = (socket: Socket, bytes = "x") => {
  const timer = setInterval(() => socket.write(bytes), 20);
  socket.on("close", () => clearInterval(timer));
};

test("aborts a trickling object without retries and closes its connection", async () => {
  const { refusal, server } = await startFixture(
    ({ socket }) => {
      socket.write(response(200, "", { "content-length": 100_000 }));
      drip(socket);
    },
    { pace },
  );
  const error = await refusal();
  expect([error.code, error.failureCode, error.isTransient]).toEqual(["TooSlow", "input.too_slow", false]);
  expect(error.message).toMatch(
    /^127\.0\.0\.1:\d+ sends object "a\/b\.txt" in bucket "some-bucket" too slowly, less than/,
  );
  await server.allConnectionsClosed();
  expect(server.requests).toHaveLength(1);
});

test.each([
  ["headers", "x-amz-meta-a: b\r\n"],
  ["interim responses", "HTTP/1.1 103 Early Hints\r\n\r\n"],
])("aborts when a store trickles %s", async (_name, piece) => {
  const { refusal, server } = await startFixture(
    ({ socket }) => {
      if (!piece.startsWith("HTTP")) socket.write("HTTP/1.1 200 OK\r\n");
      drip(socket, piece);
    },
    { pace },
  );
  expect((await refusal()).failureCode).toMatch(/^input\.too_slow$|^s3\.(timeout|invalid_response)$/);
  await server.allConnectionsClosed();
});

test("aborts a trickling error document", async () => {
  const { refusal } = await startFixture(
    ({ socket }) => {
      socket.write(response(403, "", { "content-length": 1_000 }));
      drip(socket);
    },
    { pace },
  );
  expect((await refusal()).code).toBe("TooSlow");
});

test("aborts a steady object when the time for its size is up", async () => {
  const { refusal } = await startFixture(
    ({ socket }) => {
      socket.write(response(200, "", { "content-length": 100_000 }));
      drip(socket, "x".repeat(100));
    },
    { pace: { ...pace, baseMs: 600, steadyBytesPerSecond: 1_000_000 } },
  );
  expect((await refusal()).message).toMatch(/too slowly, it took longer than 1 s/);
});

test("does not count time spent waiting for the budget", async () => {
  const { get } = await startFixture(({ socket }) => void socket.write(response(200, "x".repeat(300_000))), { pace });
  const reserve = () => new Promise<void>((resolve) => setTimeout(resolve, 2_000));
  expect((await get({}, { reserve })).byteLength).toBe(300_000);
});
