import { describe, expect, it } from "vitest";
import { readEventStream } from "./event-stream.js";

const read = async (...pieces: (string | Uint8Array)[]) => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      controller.close();
    },
  });
  const messages = [];
  for await (const message of readEventStream(body)) messages.push(message);
  return messages;
};

describe("an event stream", () => {
  it("parses names, multi-line data and the last id", async () => {
    expect(await read("id: 7\nevent: input\ndata: one\ndata: two\n\ndata:three\n\n")).toEqual([
      { name: "input", data: "one\ntwo", lastEventId: "7" },
      { name: "message", data: "three", lastEventId: "7" },
    ]);
  });

  it("ignores comments, unknown fields and an incomplete message", async () => {
    expect(await read(":\n\nretry: 5\n\nfoo: bar\nevent: x\n\ndata: whole\n\ndata: cut")).toEqual([
      { name: "message", data: "whole", lastEventId: "" },
    ]);
  });

  it("fails if the stream goes silent or never starts", async () => {
    const text = new TextEncoder().encode("data: a\n\n");
    const hanging = (first?: Uint8Array) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          if (first !== undefined) controller.enqueue(first);
        },
      });
    const drain = async (body: ReadableStream<Uint8Array>, silence: { longestMs: number; longestStartMs: number }) => {
      const messages = [];
      for await (const message of readEventStream(body, silence)) messages.push(message);
      return messages;
    };
    await expect(drain(hanging(text), { longestMs: 20, longestStartMs: 10_000 })).rejects.toThrow("for 20 ms");
    await expect(drain(hanging(), { longestMs: 10_000, longestStartMs: 20 })).rejects.toThrow("for 20 ms");
  });

  it("accepts every line ending, and characters split between chunks", async () => {
    const euro = new TextEncoder().encode("€");
    expect(await read("data: a\r", "\ndata: b\r\r", "data: ", euro.slice(0, 1), euro.slice(1), "\n\n")).toEqual([
      { name: "message", data: "a\nb", lastEventId: "" },
      { name: "message", data: "€", lastEventId: "" },
    ]);
  });
});
