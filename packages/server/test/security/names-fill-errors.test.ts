import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

const items = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`item-${index}`, "x"]));

describe("names of inputs and data items do not fill errors, which are kept for each input", () => {
  let server: TestServer;

  const submit = (sources: unknown, type = "text") =>
    server.call("POST", "/jobs", { model: noOp, input: { type, sources } });

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it.each([
    ["an input", { ["n".repeat(1_025)]: { input: "x" } }, /has a name of 1025 characters/],
    ["an input, in bytes", { ["é".repeat(513)]: { input: "x" } }, /has a name of 1026 bytes/],
    ["a data item", { a: { ["n".repeat(1_025)]: "x" } }, /has a name of 1025 characters/],
    ["many data items", { a: items(1_001) }, /has 1001 data items; an input takes at most 1000/],
  ])("long names are refused: %s", async (_what, sources, message) => {
    const { status, body } = await submit(sources);
    expect([status, body.message]).toEqual([400, expect.stringMatching(message)]);
  });

  it("a refusal that repeats what was sent is cut", async () => {
    const location = { bucket: "b", key: "k" };
    const { status, body } = await submit({ ["n".repeat(500_000)]: location }, "aws-s3");
    expect([status, body.message.length < 5_000]).toEqual([400, true]);
  });

  it("the longest names are stored, and an input's failure names a few of its data items", async () => {
    const name = "n".repeat(1_024);
    const sources = { [name]: items(1_000) };
    const { jobIdentifier } = await server.submit({ model: noOp, input: { type: "text", sources } });
    expect((await server.waitForEnd(jobIdentifier)).failed).toBe(1);
    const { failures } = await server.results(jobIdentifier);
    expect(failures[name]?.error).toMatch(/"item-9" and 990 more: rename its data items/);
  });
});
