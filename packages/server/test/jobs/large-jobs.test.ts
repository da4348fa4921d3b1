import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

// An S3 server of a few lines: every object has four bytes, but `huge` says that it has two gigabytes and sends them for
// as long as somebody reads.
const hugeBytes = 2 * 2 ** 30;
let sentBytes = 0;
let s3: Server;
let server: TestServer;

beforeAll(async () => {
  s3 = createServer((request, response) => {
    if (!request.url?.endsWith("/huge")) {
      response.writeHead(200, { "content-length": 4 }).end("data");
      return;
    }
    response.writeHead(200, { "content-length": hugeBytes });
    const block = Buffer.alloc(2 ** 20);
    const send = () => {
      if (response.destroyed) return;
      sentBytes += block.length;
      response.write(block, send);
    };
    send();
  });
  await new Promise<void>((resolve) => s3.listen(0, "127.0.0.1", resolve));
  server = await startTestServer({ s3Endpoint: `http://127.0.0.1:${(s3.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await server?.close();
  s3.closeAllConnections();
  s3.close();
});

test("accepts a job of 100,000 inputs in one request, and each has its result", async () => {
  const count = 100_000;
  const sources = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`input-${index}`, { input: { bucket: "b", key: `key-${index}` } }]),
  );
  const receipt = await server.submit({ model: noOp, input: s3Input(sources) });
  expect(receipt.totalInputs).toBe(count);
  expect(receipt.jobInputs.identifier).toHaveLength(count);
  const job = await server.waitForEnd(receipt.jobIdentifier);
  expect(job).toMatchObject({ status: "COMPLETED", total: count, completed: count, failed: 0 });
  const { results, inputSize } = await server.results(receipt.jobIdentifier);
  expect(Object.keys(results)).toHaveLength(count);
  expect(inputSize).toBe(4 * count);
});

test("a small job behind a large one does not wait for it to end", async () => {
  const sources = Object.fromEntries(
    Array.from({ length: 30_000 }, (_, index) => [`input-${index}`, { input: { bucket: "b", key: "k" } }]),
  );
  const large = await server.submit({ model: noOp, input: s3Input(sources) });
  const small = await server.submit({ model: noOp, input: s3Input({ only: { input: { bucket: "b", key: "k" } } }) });
  await server.waitForEnd(small.jobIdentifier);
  const { body } = await server.call("GET", `/jobs/${large.jobIdentifier}?exclude=jobInputs`);
  expect(body.status).toBe("IN_PROGRESS");
  await server.waitForEnd(large.jobIdentifier);
});

test("an object of 2 GB for a data item of at most 64 MB fails at once without being read", async () => {
  const { jobIdentifier } = await server.submit({
    model: noOp,
    input: s3Input({ huge: { input: { bucket: "b", key: "huge" } }, small: { input: { bucket: "b", key: "k" } } }),
  });
  const job = await server.waitForEnd(jobIdentifier);
  expect(job).toMatchObject({ status: "COMPLETED", completed: 1, failed: 1 });
  const { failures } = await server.results(jobIdentifier);
  expect(failures["huge"]?.error).toMatch(/"huge".*(2 GiB|2147483648|2,147,483,648)/);
  expect(sentBytes).toBeLessThan(64 * 2 ** 20);
});
