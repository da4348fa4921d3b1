import { parseServerKeys, startEngine, type ModelPolicy } from "@millrace/runners";
import { afterEach, describe, expect, it } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { startOpenAiServer } from "../../../runners/test/model-servers/openai-server.mjs";
import { readConfiguration } from "../../src/configuration/configuration.js";
import { forgetSecrets } from "../../src/configuration/secrets.js";
import { startHostileServer } from "../s3/hostile-server.js";

// The operator's keys of model servers go to the addresses that the operator bound them to, whatever a model.yaml says.

const key = "sk-operators/key-1";
const { signal } = new AbortController();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const serve = async (...parameters: Parameters<typeof startOpenAiServer>) => {
  const server = await startOpenAiServer(...parameters);
  closers.push(server.close);
  return server;
};
const open = async (address: string, policy: ModelPolicy, settings: object = {}) => {
  const runner = { kind: "openai", address, model: "m", task: "chat", prompt: "{{input}}", ...settings };
  const engine = await startEngine(exampleManifest({ directory: "/", runner }), { signal, name: "e", policy });
  closers.push(() => engine.close());
  return engine;
};
const run = async (engine: Awaited<ReturnType<typeof open>>) => {
  const [outcome] = await engine.run([{ input: Buffer.from("x") }], { explain: false, signal });
  return outcome?.succeeded === true
    ? Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()
    : `${outcome?.code}: ${outcome?.error}`;
};

describe("a key of a model server", () => {
  it("goes to its own address", async () => {
    const server = await serve({ key });
    expect(
      await run(await open(server.address, { serverKeys: parseServerKeys(`${server.address}=${key}`) })),
    ).toContain("X");
    await expect(open(server.address, {})).rejects.toThrow(
      /returned 401: .*No entry of MILLRACE_MODEL_KEYS is for http/,
    );
  });

  it("goes to no other port or path", async () => {
    const [own, other] = [await serve(), await serve()];
    const serverKeys = parseServerKeys(`${own.address}=${key},${other.address}/private=${key}`);
    await run(await open(other.address, { serverKeys }));
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it("does not follow a redirect", async () => {
    const other = await serve();
    const own = await startHostileServer(({ path, socket }) =>
      socket.write(
        path === "/v1/models"
          ? "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
          : `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${other.address}/chat/completions\r\ncontent-length: 0\r\n\r\n`,
      ),
    );
    closers.push(() => own.close());
    const serverKeys = parseServerKeys(`${own.endpoint}=${key}`);
    expect(await run(await open(own.endpoint, { serverKeys }))).toBe(
      "model.refused: Example 1.0.0 responded with 307, a redirect, which is not followed: correct runner.address.",
    );
    expect(own.requests.at(-1)?.headers["authorization"]).toBe(`Bearer ${key}`);
    expect(other.requests).toEqual([]);
  });

  it.each([
    ["an error", { status: 400, body: { error: { message: `no model for Bearer ${key}` } } }],
    ["an error that is no JSON", { status: 400, body: `{"error":"${key.replace("/", "\\/")}` }],
    ["an answer", `you sent ${key}`],
    ["a refused key", { status: 401, body: { error: { message: `Incorrect API key provided: ${key}` } } }],
  ])("is not shown when the server repeats it in %s", async (_where, reply) => {
    const server = await serve({ reply: () => reply });
    const said = await run(await open(server.address, { serverKeys: parseServerKeys(`${server.address}=${key}`) }));
    expect(said).toContain("[hidden]");
    expect(said).not.toMatch(/operators/);
  });

  it("is not shown when it is not valid, and not kept in the environment", () => {
    for (const text of [key, `https://a.example=${key},b`, `https://${key}@a.example=x`])
      expect(() => readConfiguration({}, { MILLRACE_MODEL_KEYS: text })).toThrow(
        /^MILLRACE_MODEL_KEYS is not valid: entry \d is not valid \(it is not shown\)/,
      );
    const environment = { MILLRACE_MODEL_KEYS: `https://a.example=${key}` };
    expect(readConfiguration({}, environment).modelPolicy.serverKeys).toEqual([{ url: "https://a.example", key }]);
    forgetSecrets(environment);
    expect(environment).toEqual({});
  });
});
