import { describe, expect, it } from "vitest";
import { readEventStream } from "./event-stream.js";

async function* chunksOf(pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
}

const read = async (...pieces: (string | Uint8Array)[]) => {
  const messages = [];
  for await (const message of readEventStream(chunksOf(pieces))) messages.push(message);
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

  it("accepts every line ending, and characters split between chunks", async () => {
    const euro = new TextEncoder().encode("€");
    expect(await read("data: a\r", "\ndata: b\r\r", "data: ", euro.slice(0, 1), euro.slice(1), "\n\n")).toEqual([
      { name: "message", data: "a\nb", lastEventId: "" },
      { name: "message", data: "€", lastEventId: "" },
    ]);
  });
});
