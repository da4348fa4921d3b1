import { startEngine, type Engine } from "@millrace/runners";
import { afterEach, expect, it } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { startHostileServer, type HostileServer, type WireRequest } from "../s3/hostile-server.js";

// The server of a model of the kind openai is whoever deployed it.

const { signal } = new AbortController();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const empty = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const answerOf = (content: string) => JSON.stringify({ choices: [{ message: { content } }] });
const respond = (body: string, type = "application/json") =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** What becomes of one input while the server responds so to it; nothing else does the server answer but that it is ready. */
async function outcomeOf(reply: (request: WireRequest) => void, settings: object = {}, runTimeoutMs = 300_000) {
  const server: HostileServer = await startHostileServer((request) =>
    request.path === "/v1/models" ? void request.socket.write(empty) : reply(request),
  );
  closers.push(() => server.close());
  const runner = {
    kind: "openai",
    address: server.endpoint,
    model: "m",
    task: "chat",
    prompt: "{{input}}",
    ...settings,
  };
  const engine: Engine = await startEngine(exampleManifest({ directory: "/", runner, runTimeoutMs }), {
    signal,
    name: "e",
  });
  closers.push(() => engine.close());
  const [outcome] = await engine.run([{ input: Buffer.from("x") }], { explain: false, signal });
  return { outcome, server };
}

it("by a body that does not end", async () => {
  let sentBytes = 0;
  const chunk = Buffer.alloc(65_536, "a");
  const { outcome, server } = await outcomeOf(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"choices":"');
    const send = () => {
      while (!socket.destroyed && socket.write(chunk)) sentBytes += chunk.byteLength;
      sentBytes += chunk.byteLength;
      socket.once("drain", send);
    };
    send();
  });
  expect(outcome).toEqual({
    succeeded: false,
    code: "model.invalid_output",
    error: "Example 1.0.0 responded with more than 4194304 bytes.",
  });
  await server.allConnectionsClosed();
  // With what the sockets of both sides hold.
  expect(sentBytes).toBeLessThan(32 * 2 ** 20);
});

it("by a body that comes a byte a time", async () => {
  const { outcome, server } = await outcomeOf(
    ({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
      const timer = setInterval(() => socket.write(" "), 20);
      socket.once("close", () => clearInterval(timer));
    },
    {},
    2_000,
  );
  expect(outcome).toMatchObject({ succeeded: false, code: "engine.timeout" });
  await server.allConnectionsClosed();
});

it.each([
  [
    "a page",
    respond("<html>Sign in</html>", "text/html"),
    /responded with text\/html that is not JSON; it begins with "<html>/,
  ],
  ["events", respond('data: {"choices":[]}\n\n', "text/event-stream"), /text\/event-stream that is not JSON/],
  ["a compressed body", respond("\u001f\b\0", "application/json"), /not JSON/],
  ["null", respond("null"), /returned no text in choices\[0\]/],
  ["a list", respond("[]"), /returned no text in choices\[0\]/],
  ["deep lists", respond(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`), /returned no text|not JSON/],
  ["an answer of another type", respond('{"choices":[{"message":{"content":{"toString":1}}}]}'), /returned no text/],
  ["an answer that is too large for results.json", respond(answerOf("x".repeat(2_000_000))), undefined],
])("by %s", async (_what, text, expected) => {
  const { outcome } = await outcomeOf(({ socket }) => void socket.write(text));
  if (expected !== undefined)
    expect(outcome).toMatchObject({
      succeeded: false,
      code: "model.invalid_output",
      error: expect.stringMatching(expected),
    });
  // The pool compares it with what model.yaml allows.
  else expect(outcome).toMatchObject({ succeeded: true });
});

it.each([
  ["is nested deeper than the stack", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["is longer than is checked", JSON.stringify({ a: "x".repeat(300_000) })],
  ["has a number that JSON cannot hold", '{"a":1e999}'],
])("by an answer for a schema that %s", async (_what, content) => {
  const schema = { type: "object", additionalProperties: {} };
  const { outcome } = await outcomeOf(({ socket }) => void socket.write(respond(answerOf(content))), { schema });
  expect(outcome).toMatchObject({ succeeded: false, code: "model.invalid_output" });
});

const nested = (depth: number): object =>
  depth === 0 ? { type: "string" } : { anyOf: [nested(depth - 1), nested(depth - 1)] };
it.each([
  ["a reference", { $ref: "#" }, /runner\.schema\.\$ref is not known/],
  ["a pattern", { type: "string", pattern: "(a+)+$" }, /runner\.schema\.pattern is not known/],
  ["many parts", nested(8), /expected a schema of at most 100 parts/],
  ["values to compare deeply", { enum: [{ a: 1 }] }, /runner\.schema\.enum is not valid/],
  ["a keyword of a library", { "~refine": [] }, /runner\.schema\.~refine is not known/],
])("by a schema with %s", async (_what, schema, expected) => {
  await expect(outcomeOf(() => undefined, { schema })).rejects.toThrow(expected);
});
