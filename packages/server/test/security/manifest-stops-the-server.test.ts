import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buffer } from "node:stream/consumers";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { startTestServer, type TestServer } from "../support/test-server.js";

const container = `
specification: "0.4"
type: grpc
version: 1.0.0
name: Hostile
description: { summary: Holds up the server that reads it. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 1M } }
outputs: { results.json: { mediaType: application/json, maxSize: 1M } }
resources: { memory: { size: 256M }, cpu: { count: 1 } }
timeout: { status: 1m, run: 1m }
`;
const keys = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}: 1`).join("\n");

/** YAML's parser overflows the stack with levels, which can end the process, and takes seconds for much that means little. */
describe("YAML in an archive neither stops nor holds up the server", () => {
  let server: TestServer;

  const deploy = async (files: Readonly<Record<string, string>>) => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-hostile-"));
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const archive = await buffer(create({ cwd: folder, portable: true }, ["."]) as unknown as NodeJS.ReadableStream);
      const response = await fetch(`${server.url}/api/models/archive`, {
        method: "POST",
        headers: { authorization: `ApiKey ${server.apiKey}`, "content-type": "application/x-tar" },
        body: new Uint8Array(archive),
      });
      return [response.status, ((await response.json()) as { message: string }).message];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it.each([
    ["deep lists", "a: " + "[".repeat(30_000), /found more than 100 levels/],
    ["deep lists in a line", "- ".repeat(15_000), /found more than 100 levels/],
    ["many keys", keys(20_000), /found \d+ bytes, expected at most 32768/],
    ["many commas", `a: [${",".repeat(30_000)}]`, /found more than 10000 words and marks/],
    [
      "many short keys",
      `{${Array.from({ length: 5_000 }, (_, at) => at.toString(36)).join(",")}}`,
      /10000 words and marks/,
    ],
    ["many faults", '"' + "\\q".repeat(15_000) + '"', /is not valid YAML/],
    [
      "many aliases",
      `a: [${Array.from({ length: 500 }, (_, at) => `&a${at} 1, *a${at}`).join(", ")}]`,
      /more than 100 aliases/,
    ],
  ])("%s", async (_what, text, message) => {
    expect(await deploy({ "model.yaml": text })).toEqual([400, expect.stringMatching(message)]);
    const beside = await deploy({ "model.yaml": container, "docker_metadata.yaml": text });
    expect(beside).toEqual([400, expect.stringMatching(message)]);
    expect((await server.call("GET", "/health")).status).toBe(200);
  });
});
