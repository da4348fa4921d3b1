import type { JobReceipt, Webhook, WebhookDelivery } from "@millrace/contract";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startServerProcess } from "../support/server-process.js";
import { createTestDatabase } from "../support/test-database.js";
import { noOp } from "../support/test-server.js";

/** Ends a line and begins one that passes for the server's own. */
const forged = ["\n", "\r\n", "\u2028", "\u0085"]
  .map((end) => `${end}{"level":50,"time":1,"msg":"forged"}${end}`)
  .join("");

/** As far as the name of an input may hold it: without control characters. */
const separated = `\u2028{"level":50,"time":1,"msg":"forged"}\u2028`;

it("names of callers and words of other servers end no line of the log", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-log-lines-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const receiver = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.end(`HTTP/1.1 ${forged}\r\n\r\n`));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void receiver.close());
  await once(receiver, "listening");
  const apiKey = `test.${randomBytes(16).toString("hex")}`;
  const server = await startServerProcess(dataDirectory, {
    DATABASE_URL: database.connectionString,
    MILLRACE_API_KEY: apiKey,
    MILLRACE_LOG_LEVEL: "debug",
  });
  onTestFinished(() => server.kill("SIGKILL"));
  const call = async <Body = unknown>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/json", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Body;
  };

  const name = encodeURIComponent(forged);
  // Refused, and said so.
  const refused = { [forged]: { input: forged } };
  await call("POST", "/jobs", { model: noOp, input: { type: "text", sources: refused } });
  const sources = { [separated]: { input: forged, [separated]: forged } };
  const { jobIdentifier } = await call<JobReceipt>("POST", "/jobs", { model: noOp, input: { type: "text", sources } });
  await call("POST", "/jobs", { model: { ...noOp, version: forged }, input: { type: "text", sources } });
  await call("POST", "/accounting/access-keys", { name: forged });
  await call("PATCH", `/models/${noOp.identifier}`, { description: forged, tags: [forged] });
  await call("GET", `/models/${name}`);
  await call("GET", `/nowhere/${name}?${name}`);
  await call("GET", `/jobs/history?search=${name}&sort-by=${name}`);
  await call("GET", `/results/${jobIdentifier}/${encodeURIComponent(separated)}`, undefined, {
    "x-request-id": '{"msg":"forged"}',
  });
  const { port } = receiver.address() as AddressInfo;
  const webhook = await call<Webhook>("POST", "/webhooks", {
    url: `http://127.0.0.1:${port}/${name}`,
    description: forged,
  });
  await call("POST", `/webhooks/${webhook.identifier}/test`);
  const delivery = async () => (await call<WebhookDelivery[]>("GET", `/webhooks/${webhook.identifier}/deliveries`))[0];
  await expect.poll(async () => (await delivery())?.lastOutcome ?? null, { timeout: 60_000 }).not.toBeNull();
  await expect
    .poll(async () => (await call<Record<string, unknown>>("GET", `/jobs/${jobIdentifier}`)).status)
    .toBe("COMPLETED");

  const lines = server.output().split(/[\n\r\u0085\u2028]/);
  const entries = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  expect(entries).toContainEqual(expect.objectContaining({ webhook: webhook.identifier }));
  expect(entries.filter(({ msg }) => msg === "forged")).toEqual([]);
  expect(lines.filter((line) => line.startsWith('"msg":"forged"'))).toEqual([]);
});
