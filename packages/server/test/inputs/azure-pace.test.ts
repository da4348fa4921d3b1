import { expect, test } from "vitest";
import { createAzureClient } from "../../src/inputs/sources/azureblob/azure-client.js";
import { response, startHostileServer } from "../s3/hostile-server.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";

// Seconds of the real limits are hundredths here.
const pace = { leastBytesPerSecond: 1_000, windowMs: 600, baseMs: 3_000, steadyBytesPerSecond: 100_000 };

test.each([
  ["that drips", response(200, "", { "content-length": 100_000, etag: '"1"' })],
  ["whose headers drip", "HTTP/1.1 200 OK\r\nx-ms-long: "],
])("a blob %s is left for good, and its connection with it", async (_name, head) => {
  const server = await startHostileServer(({ socket }) => {
    socket.write(head);
    const timer = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  try {
    const client = createAzureClient({ outbound: loopbackOutbound, endpoint: server.endpoint, pace });
    const error = await client
      .get(
        { container: "reviews", filePath: "one.txt" },
        { storageAccount: "someaccount", storageAccountKey: Buffer.from("a key").toString("base64") },
        { maximumSizeBytes: 1_000_000, signal: new AbortController().signal },
      )
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failureCode: "input.too_slow", isTransient: false });
    expect((error as Error).message).toMatch(/^Azure sends the blob "one\.txt".* too slowly, less than/);
    const socket = server.requests[0]?.socket;
    await expect.poll(() => socket?.destroyed, { timeout: 60_000 }).toBe(true);
    expect(server.requests).toHaveLength(1);
  } finally {
    await server.close();
  }
});
