import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { startEngine } from "@millrace/runners";
import { create } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { startGrpcServer } from "../../../runners/test/model-servers/grpc-server.mjs";
import { createOutbound } from "../../src/outbound/outbound.js";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const signal = new AbortController().signal;
const denying = createOutbound({ allowed: "" });

const protocol = {
  model: "m",
  inputs: [{ from: "file", tensor: "t", item: "input" }],
  task: "chat",
  prompt: "{{input}}",
};

describe("a deployed model cannot be at a non-public address", () => {
  let inside: HostileServer;
  let server: TestServer;
  let directory: string;
  beforeAll(async () => {
    inside = await startHostileServer(({ socket }) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    directory = await mkdtemp(join(tmpdir(), "millrace-remote-"));
    server = await startTestServer({ outbound: "" });
  });
  afterAll(async () => {
    await server?.close();
    await inside?.close();
    await rm(directory, { recursive: true, force: true });
  });
  const port = () => new URL(inside.endpoint).port;
  const load = (runner: { kind: string } & Record<string, unknown>, isOperators?: boolean, outbound = denying) =>
    startEngine(exampleManifest({ directory, runner, ...(isOperators === undefined ? {} : { isOperators }) }), {
      signal,
      name: "e",
      outbound,
    });

  it.each([
    ["grpc-container", "127.0.0.1:P", /a loopback address/],
    ["grpc-container", "127.1:P", /a loopback address/],
    ["grpc-container", "localhost:P", /a loopback address/],
    ["grpc-container", "grpc://[::1]:P", /a loopback address/],
    ["grpc-container", "dns:localhost:P", /expected host:port/],
    ["grpc-container", "dns://8.8.8.8/localhost:P", /expected host:port/],
    ["grpc-container", "ipv4:127.0.0.1:P", /expected host:port/],
    ["grpc-container", "unix:/run/postgresql/.s.PGSQL.5432", /expected host:port/],
    ["grpc-container", "unix:///run/docker.sock", /expected host:port/],
    ["http-container", "http://127.0.0.1:P", /a loopback address/],
    ["http-container", "0x7f000001:P", /a loopback address/],
    ["http-container", "http://169.254.169.254", /a cloud metadata address/],
    ["open-inference", "http://localhost:P", /a loopback address/],
    ["open-inference", "http://8.8.8.8@127.0.0.1:P", /a loopback address/],
    ["open-inference", "grpc://localhost:P", /a loopback address/],
    ["openai", "http://localhost:P/v1", /a loopback address/],
    ["openai", "http://169.254.169.254/v1", /a cloud metadata address/],
  ])("%s at %s", async (kind, address, sentence) => {
    const runner = { kind, address: address.replace("P", port()), directory, ...protocol };
    for (const isOperators of [false, undefined]) await expect(load(runner, isOperators)).rejects.toThrow(sentence);
    expect(inside.connectionCount).toBe(0);
  });

  it("deploying it is rejected", async () => {
    const model = join(directory, "model");
    await mkdir(join(model, "samples"), { recursive: true });
    await writeFile(
      join(model, "model.yaml"),
      `identifier: aaaaaaaaa9
version: 1.0.0
name: Remote
description: { summary: A model at another server. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 1M } }
outputs: { results.json: { mediaType: application/json, maxSize: 1K } }
resources: { memory: { size: 128M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
runner: { kind: open-inference, address: "http://localhost:${port()}", model: m, inputs: [{ from: file, tensor: t, item: input }] }
`,
    );
    const sample = { input: { type: "text", sources: { a: { input: "four" } } } };
    await writeFile(join(model, "samples", "input.json"), JSON.stringify(sample));
    const archive = await buffer(create({ cwd: model, portable: true }, ["."]) as unknown as NodeJS.ReadableStream);
    const response = await fetch(`${server.url}/api/models/archive`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}`, "content-type": "application/x-tar" },
      body: archive as Uint8Array<ArrayBuffer>,
    });
    const { message } = (await response.json()) as { message: string };
    expect([response.status, message]).toEqual([400, expect.stringContaining("it resolves to a loopback address")]);
    expect(inside.connectionCount).toBe(0);
  });

  it("the operator's models can be anywhere, and allowed addresses work", async () => {
    const { address, close } = await startGrpcServer();
    try {
      const runner = { kind: "grpc-container", address };
      for (const [isOperators, outbound] of [
        [true, denying],
        [false, loopbackOutbound],
      ] as const) {
        const engine = await load(runner, isOperators, outbound);
        await engine.close();
      }
    } finally {
      close();
    }
  });
});
