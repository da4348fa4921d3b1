import { loopbackOutbound } from "../support/loopback-outbound.js";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inputFailureCodes, inputFailures, type InputFailureCode } from "@millrace/contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { AzureBlobError, createAzureClient } from "../../src/inputs/sources/azureblob/azure-client.js";

const key = Buffer.from("the-secret-of-the-test").toString("base64");

/** The error of a blob that cannot be read from a server that answers as told. */
async function failureOf(answer: RequestListener): Promise<AzureBlobError> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return failureAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function failureAt(endpoint: string): Promise<AzureBlobError> {
  const error = await createAzureClient({ outbound: loopbackOutbound, endpoint })
    .get(
      { container: "reviews", filePath: "one.txt" },
      { storageAccount: "someaccount", storageAccountKey: key },
      { maximumSizeBytes: 100, signal: new AbortController().signal },
    )
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AzureBlobError);
  return error as AzureBlobError;
}

/** An error as Azure answers it: a code in the header and in the body. */
const refusal =
  (status: number, code: string): RequestListener =>
  (_request, response) =>
    response
      .writeHead(status, { "x-ms-error-code": code, "content-type": "application/xml" })
      .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>words</Message></Error>`);

const body = "x".repeat(101);
const blob = { etag: '"1"', "content-length": body.length };

const cases: readonly [InputFailureCode, string, () => Promise<AzureBlobError>][] = [
  ["azure.no_such_blob", "404 BlobNotFound", () => failureOf(refusal(404, "BlobNotFound"))],
  ["azure.no_such_container", "404 ContainerNotFound", () => failureOf(refusal(404, "ContainerNotFound"))],
  // The labels of a host name have at most 63 characters: nobody needs to be asked.
  ["azure.no_such_account", "a host without an address", () => failureAt(`http://${"a".repeat(64)}.invalid`)],
  ["azure.invalid_credentials", "403 AuthenticationFailed", () => failureOf(refusal(403, "AuthenticationFailed"))],
  ["azure.access_denied", "403 AuthorizationFailure", () => failureOf(refusal(403, "AuthorizationFailure"))],
  ["azure.unavailable", "503 ServerBusy", () => failureOf(refusal(503, "ServerBusy"))],
  ["azure.unavailable", "500 with the code of a fault that lasts", () => failureOf(refusal(500, "BlobNotFound"))],
  ["azure.unavailable", "429 without a code", () => failureOf((_request, response) => response.writeHead(429).end())],
  ["azure.unavailable", "a broken connection", () => failureOf(({ socket }) => socket.destroy())],
  ["azure.request_failed", "409 BlobArchived", () => failureOf(refusal(409, "BlobArchived"))],
  ["azure.request_failed", "a code that every object has", () => failureOf(refusal(400, "constructor"))],
  ["input.too_large", "101 bytes", () => failureOf((_request, response) => response.writeHead(200, blob).end(body))],
];

describe("a blob that cannot be read", () => {
  it.each(cases)("fails with %s: %s", async (code, _name, failing) => {
    const error = await failing();
    expect([error.failureCode, error.isTransient]).toEqual([code, inputFailures[code].isRetryable]);
    expect(error.message).toContain('"one.txt"');
    expect(`${error.message} ${error.stack}`).not.toContain(key);
  });

  it("covers every Azure error code", () => {
    const tried = new Set(cases.map(([code]) => code));
    expect(inputFailureCodes.filter((code) => code.startsWith("azure.") && !tried.has(code))).toEqual([]);
  });
});
