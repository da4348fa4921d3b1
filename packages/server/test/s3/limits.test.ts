import { expect, test } from "vitest";
import { useSkippableTime } from "../support/skippable-time.js";
import { deferred } from "./deferred.js";
import { startFixture } from "./fixture.js";
import { response } from "./hostile-server.js";

const skip = useSkippableTime();

test("an object of 2 GB for a 1 MB data item fails without being read, drops the connection and uses no memory", async () => {
  let writtenBytes = 0;
  const { refusal, server } = await startFixture(({ socket }) => {
    socket.write(response(200, "", { "content-length": 2 * 2 ** 30 }));
    const pump = () => {
      while (socket.writable && writtenBytes < 2 * 2 ** 30) {
        writtenBytes += 2 ** 16;
        if (!socket.write(Buffer.alloc(2 ** 16))) return void socket.once("drain", pump);
      }
    };
    pump();
  });
  const residentBytes = process.memoryUsage.rss();
  const error = await refusal({}, { maximumSizeBytes: 1_000_000 });
  expect(error.message).toBe(
    'The size of object "a/b.txt" in bucket "some-bucket" is 2147483648 bytes, more than the 1000000 bytes that are ' +
      "allowed (ObjectTooLarge): use a smaller file or a model that accepts larger ones.",
  );
  expect(error.isTransient).toBe(false);
  await server.allConnectionsClosed();
  expect(writtenBytes).toBeLessThan(64 * 2 ** 20);
  expect(process.memoryUsage.rss() - residentBytes).toBeLessThan(100 * 2 ** 20);
});

test("drops the connection of an object that is too large even if it is silent", async () => {
  const { refusal, server } = await startFixture(({ socket }) => {
    socket.write(response(200, "", { "content-length": 2 ** 31 }));
  });
  expect((await refusal()).code).toBe("ObjectTooLarge");
  await server.allConnectionsClosed();
});

test("rejects an object of unknown size as soon as it exceeds the limit", async () => {
  const { refusal, server } = await startFixture(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let piece = 0; piece < 100; piece += 1) socket.write(`1000\r\n${"x".repeat(4096)}\r\n`);
  });
  const error = await refusal({}, { maximumSizeBytes: 10_000 });
  expect([error.code, error.isTransient]).toEqual(["ObjectTooLarge", false]);
  await server.allConnectionsClosed();
});

test("returns an object of unknown size below the limit", async () => {
  const { get } = await startFixture(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
  });
  expect(Buffer.from(await get({}, { maximumSizeBytes: 6 })).toString()).toBe("abcdef");
});

test("drains a small rejected object, so its connection is reused", async () => {
  const { get, refusal, server } = await startFixture(
    ({ socket }) => void socket.write(response(200, "x".repeat(1_000))),
  );
  expect((await refusal({}, { maximumSizeBytes: 10 })).code).toBe("ObjectTooLarge");
  for (let round = 0; round < 20; round += 1) await refusal({}, { maximumSizeBytes: 10 });
  expect((await get()).byteLength).toBe(1_000);
  // The pool may open a second one while it has not yet seen that the first is free again.
  expect(server.connectionCount).toBeLessThanOrEqual(2);
});

test("truncates an error document of 10 MiB", async () => {
  const { refusal, server } = await startFixture(({ socket }) => {
    socket.write(response(403, "", { "content-length": 10 * 2 ** 20 }));
    socket.write("<".repeat(10 * 2 ** 20));
  });
  expect((await refusal()).code).toBe("AccessDenied");
  await server.allConnectionsClosed();
});

test("asks the budget for the size before reading the body, without a time-out while waiting", async () => {
  const { get } = await startFixture(({ socket }) => void socket.write(response(200, "x".repeat(300_000))));
  const asked: number[] = [];
  const reserve = async (sizeBytes: number) => {
    asked.push(sizeBytes);
    // The connection has paused once this turn is over.
    await new Promise(setImmediate);
    skip(600_000);
  };
  expect((await get({}, { reserve })).byteLength).toBe(300_000);
  expect(asked).toEqual([300_000]);
});

test("reads nothing of the body while waiting for the budget", async () => {
  const sizeBytes = 32 * 2 ** 20;
  const takenBytes = [0, 0];
  const { get } = await startFixture(({ socket, index }) => {
    socket.write(response(200, "", { "content-length": sizeBytes }));
    for (let piece = 0; piece < 32; piece += 1)
      socket.write(Buffer.alloc(2 ** 20), () => {
        takenBytes[index] = (takenBytes[index] ?? 0) + 2 ** 20;
      });
  });
  let takenBeforeBytes = Infinity;
  const reserve = async () => {
    // As long as another object of that size takes to come.
    await get({}, { maximumSizeBytes: sizeBytes });
    takenBeforeBytes = takenBytes[0] ?? 0;
  };
  expect((await get({}, { reserve, maximumSizeBytes: sizeBytes })).byteLength).toBe(sizeBytes);
  expect(takenBytes).toEqual([sizeBytes, sizeBytes]);
  // The system's own socket buffers take some megabytes.
  expect(takenBeforeBytes).toBeLessThan(16 * 2 ** 20);
});

test("asks the budget for the limit if the size is unknown", async () => {
  const { get } = await startFixture(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  });
  const asked: number[] = [];
  await get({}, { maximumSizeBytes: 77, reserve: async (sizeBytes) => void asked.push(sizeBytes) });
  expect(asked).toEqual([77]);
});

test("asks for no budget for a rejected object", async () => {
  const { refusal } = await startFixture(({ socket }) => void socket.write(response(404, "")));
  const reserve = () => Promise.reject(new Error("It was asked."));
  expect((await refusal({}, { reserve })).code).toBe("NotFound");
});

test("a fetch that fails while waiting for the budget rejects only once it is granted, so it can be returned", async () => {
  const { get } = await startFixture(({ socket }) => {
    socket.write(response(200, "half", { "content-length": 8 }), () => socket.resetAndDestroy());
  });
  const reserved = deferred();
  const asked = deferred();
  let isSettled = false;
  const abort = new AbortController();
  const fetching = get(
    {},
    {
      signal: abort.signal,
      reserve: () => {
        asked.resolve();
        return reserved.promise;
      },
    },
  ).catch((error: unknown) => error);
  void fetching.then(() => (isSettled = true));
  await asked.promise;
  abort.abort(new Error("cancelled"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isSettled).toBe(false);
  reserved.resolve();
  expect(await fetching).toEqual(new Error("cancelled"));
});

test("a rejected budget ends the fetch with its reason and closes the connection", async () => {
  const { get, server } = await startFixture(({ socket }) => void socket.write(response(200, "abc")));
  await expect(get({}, { reserve: () => Promise.reject(new Error("no room")) })).rejects.toThrow("no room");
  await server.allConnectionsClosed();
});
