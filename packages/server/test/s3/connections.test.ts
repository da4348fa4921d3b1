import { expect, test } from "vitest";
import { deferred } from "./deferred.js";
import { startFixture } from "./fixture.js";
import { errorXml, response, type WireRequest } from "./hostile-server.js";

test("reuses connections, even after error responses", async () => {
  const { get, refusal, server } = await startFixture(({ socket, path }) => {
    socket.write(path.endsWith("missing") ? response(404, errorXml("NoSuchKey")) : response(200, "abc"));
  });
  for (let round = 0; round < 50; round += 1) {
    await get();
    await refusal({ key: "missing" });
  }
  expect(server.requests.length).toBe(100);
  // The pool may open a second one while it has not yet seen that the first is free again.
  expect(server.connectionCount).toBeLessThanOrEqual(2);
});

test("opens no more connections than allowed", async () => {
  const { get, server } = await startFixture(({ socket }) => void socket.write(response(200, "abc")), {
    connectionsPerOrigin: 3,
  });
  await Promise.all(Array.from({ length: 100 }, () => get()));
  expect(server.requests.length).toBe(100);
  expect(server.connectionCount).toBe(3);
});

test("an abort in the middle of a body rejects with its reason and ends the connection", async () => {
  const arrived = deferred();
  const { get, server } = await startFixture(({ socket }) => {
    socket.write(response(200, "half", { "content-length": 8 }), () => arrived.resolve());
  });
  const abort = new AbortController();
  const fetching = get({}, { signal: abort.signal });
  await arrived.promise;
  abort.abort(new Error("The job was cancelled."));
  await expect(fetching).rejects.toThrow("The job was cancelled.");
  await server.allConnectionsClosed();
});

test("an abort while waiting for a connection does not affect the others", async () => {
  const waiting: WireRequest[] = [];
  const first = deferred();
  const { get, server } = await startFixture(
    (request) => {
      waiting.push(request);
      if (request.index === 0) first.resolve();
      else request.socket.write(response(200, "later"));
    },
    { connectionsPerOrigin: 1 },
  );
  const abort = new AbortController();
  const running = get();
  await first.promise;
  const queued = get({}, { signal: abort.signal });
  const last = get();
  abort.abort(new Error("The job was cancelled."));
  await expect(queued).rejects.toThrow("The job was cancelled.");
  waiting[0]?.socket.write(response(200, "first"));
  expect(Buffer.from(await running).toString()).toBe("first");
  expect(Buffer.from(await last).toString()).toBe("later");
  expect(server.requests.length).toBe(2);
  expect(server.connectionCount).toBe(1);
});

test("sends nothing if the signal is already aborted", async () => {
  const { get, server } = await startFixture(({ socket }) => void socket.write(response(200, "abc")));
  await expect(get({}, { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
  expect(server.connectionCount).toBe(0);
});

test("the bytes have their own buffer, which can be transferred to a thread", async () => {
  const { get } = await startFixture(({ socket }) => void socket.write(response(200, "abc")));
  const body = await get();
  expect(body.buffer.byteLength).toBe(3);
  expect(structuredClone(body, { transfer: [body.buffer as ArrayBuffer] }).byteLength).toBe(3);
});

test("closing rejects pending fetches and leaves no connection", async () => {
  const arrived = deferred();
  const { client, get, server } = await startFixture(() => arrived.resolve());
  const fetching = get().catch((error: unknown) => error);
  await arrived.promise;
  await client.close();
  expect(await fetching).toBeInstanceOf(Error);
  await server.allConnectionsClosed();
});
