import { describe, expect, it } from "vitest";
import { answers, open, result, serve, text } from "./fixture.js";

const busy = (headers = {}) => ({
  status: 429,
  headers,
  body: { error: { message: "slow down", code: "rate_limit_exceeded" } },
});

describe("a server that is busy", () => {
  it.each([429, 503])("with %i is asked again", async (status) => {
    const server = await serve({
      reply: (_, index) => (index < 2 ? { ...busy({ "retry-after-ms": "1" }), status } : "at last"),
    });
    expect(await answers(await open(server.address), text("x"))).toEqual([expect.objectContaining(result("at last"))]);
    expect(server.requests).toHaveLength(3);
  });

  it("for longer than the time limit fails the input at once", async () => {
    const server = await serve({ reply: () => busy({ "retry-after": "3600" }) });
    expect(await answers(await open(server.address), text("x"))).toEqual([
      'model.throttled: Example 1.0.0 kept responding with 429: "slow down"; the next try in 3600000 ms would be beyond 300000 ms, the limit of its model.yaml.',
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it("for ever fails the input within the time limit", async () => {
    const server = await serve({ reply: () => busy({ "retry-after": "0" }) });
    const engine = await open(server.address, {}, { runTimeoutMs: 1_200 });
    // By the server's words, or by the limit while a try is under way on a slow machine.
    expect(await answers(engine, text("x"))).toEqual([
      expect.stringMatching(/^(model\.throttled: .* kept responding with 429|engine\.timeout: .* within 1200 ms)/),
    ]);
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it("because the account has no money left is not asked again", async () => {
    const body = { error: { message: "You exceeded your current quota", code: "insufficient_quota" } };
    const server = await serve({ reply: () => ({ status: 429, body }) });
    expect(await answers(await open(server.address), text("x"))).toEqual([
      'model.throttled: Example 1.0.0 responded with 429: "You exceeded your current quota".',
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it("with one input does not hold up the others", async () => {
    const server = await serve({
      reply: ({ messages }) => (messages[0]?.content === "slow" ? new Promise<string>(() => undefined) : "quick"),
    });
    const engine = await open(server.address, { concurrency: 2 }, { runTimeoutMs: 3_000 });
    const found = await answers(engine, text("slow"), text("a"), text("b"));
    expect(found).toEqual([
      "engine.timeout: Example 1.0.0 did not answer within 3000 ms, the limit of its model.yaml.",
      expect.objectContaining(result("quick")),
      expect.objectContaining(result("quick")),
    ]);
    expect(await answers(engine, text("c"))).toEqual([expect.objectContaining(result("quick"))]);
  });

  it("and then gone makes the engine fail, so that another one takes over", async () => {
    const server = await serve();
    const engine = await open(server.address);
    await server.close();
    await expect(answers(engine, text("x"))).rejects.toThrow(
      "Example 1.0.0 cannot be reached: POST /chat/completions got no response",
    );
  });
});
