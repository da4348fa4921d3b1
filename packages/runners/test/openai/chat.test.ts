import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { answers, open, result, serve, text } from "./fixture.js";

const pictures = new URL("../pictures/", import.meta.url);

describe("a model behind OpenAI's chat completions", () => {
  it("gets the prompt with the texts of data items and returns its text with token counts", async () => {
    const server = await serve();
    const engine = await open(server.address, {
      system: "Answer briefly.",
      prompt: "Say {{ input }}!",
      temperature: 0,
      maxTokens: 7,
      parameters: { seed: 1 },
    });
    expect(await answers(engine, text("{{input}} $& one"))).toEqual([
      {
        ...result("SAY {{INPUT}} $& ONE!"),
        finishReason: "stop",
        usage: { promptTokens: 6, completionTokens: 4, totalTokens: 10 },
      },
    ]);
    expect(server.requests).toEqual([
      {
        path: "/v1/chat/completions",
        authorization: undefined,
        body: {
          model: "tiny",
          messages: [
            { role: "system", content: "Answer briefly." },
            { role: "user", content: "Say {{input}} $& one!" },
          ],
          temperature: 0,
          max_tokens: 7,
          seed: 1,
        },
      },
    ]);
  });

  it.each([
    ["palette.png", "image/png"],
    ["baseline.jpg", "image/jpeg"],
    ["plain.gif", "image/gif"],
    ["lossy.webp", "image/webp"],
  ])("gets %s as a data URL of %s", async (file, mediaType) => {
    const server = await serve();
    const engine = await open(server.address, { prompt: "What is it?", images: ["input"] });
    const bytes = await readFile(new URL(file, pictures));
    expect(await answers(engine, { input: bytes })).toEqual([expect.objectContaining(result("WHAT IS IT?"))]);
    expect(server.requests[0]?.body.messages[0]?.content).toEqual([
      { type: "text", text: "What is it?" },
      { type: "image_url", image_url: { url: `data:${mediaType};base64,${bytes.toString("base64")}` } },
    ]);
  });

  it("asks for the schema of the answer, and checks it", async () => {
    const schema = {
      type: "object",
      properties: { label: { enum: ["good", "bad"] }, score: { type: ["number", "null"], minimum: 0 } },
      required: ["label"],
      additionalProperties: false,
    };
    const server = await serve({ reply: ({ messages }) => messages[0]?.content as string });
    const engine = await open(server.address, { schema });
    const said = ['{"label":"good","score":1}', '{"label":"fine"}', '{"label":"bad","x":1}', "Sure! {}", "[]"];
    const found = await answers(engine, ...said.map(text));
    expect(found[0]).toMatchObject(result({ label: "good", score: 1 }));
    const [, ...failures] = found;
    for (const [index, at] of ["at /label: ", "at /: ", "it is not JSON", "at /: "].entries()) {
      expect(failures[index]).toContain(
        "model.invalid_output: Example 1.0.0 returned an answer that does not match runner.schema (",
      );
      expect(failures[index]).toContain(at);
      expect(failures[index]).toContain(JSON.stringify(said[index + 1]));
    }
    expect(server.requests[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", strict: true, schema },
    });
  });

  it("fails an input with the server's words, the others succeed", async () => {
    const server = await serve({
      reply: ({ messages }) =>
        messages[0]?.content === "bad" ? { status: 400, body: { error: { message: "context too long" } } } : "fine",
    });
    const engine = await open(server.address);
    const latin = { input: Buffer.from([0x67, 0xfc]) };
    expect(await answers(engine, text("good"), text("bad"), latin, text(""), text("good"))).toEqual([
      expect.objectContaining(result("fine")),
      'model.refused: Example 1.0.0 responded with 400: "context too long".',
      expect.stringContaining('Data item "input"'),
      'model.refused: Data item "input" is empty.',
      expect.objectContaining(result("fine")),
    ]);
  });

  it("gets at most as many requests at once as runner.concurrency says", async () => {
    let [open3, arrived] = [() => undefined as void, 0];
    const three = new Promise<void>((resolve) => (open3 = resolve));
    const server = await serve({
      async reply() {
        if (++arrived === 3) open3();
        await three;
        return "done";
      },
    });
    const engine = await open(server.address, { concurrency: 3 });
    const found = await answers(engine, ...Array.from({ length: 8 }, (_, index) => text(`${index}`)));
    expect(found).toHaveLength(8);
    expect(server.mostAtOnce()).toBe(3);
  });

  it("is distinguished from a refusal to answer", async () => {
    const message = { role: "assistant", content: null, refusal: "I cannot help with that." };
    const server = await serve({
      reply: () => ({ body: { choices: [{ index: 0, message, finish_reason: "stop" }] } }),
    });
    expect(await answers(await open(server.address), text("x"))).toEqual([
      'model.refused: Example 1.0.0 refused to answer: "I cannot help with that.".',
    ]);
  });
});

describe("a model behind OpenAI's embeddings", () => {
  it("returns the vector with token counts", async () => {
    const server = await serve();
    const engine = await open(server.address, { task: "embeddings", prompt: "query: {{input}}" });
    expect(await answers(engine, text("four"))).toEqual([
      { ...result([11, 0.5, -1]), usage: { promptTokens: 2, completionTokens: 0, totalTokens: 2 } },
    ]);
    expect(server.requests[0]?.body).toEqual({ model: "tiny", input: "query: four", encoding_format: "float" });
  });
});
