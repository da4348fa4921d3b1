import { describe, expect, it } from "vitest";
import { readBytes, readChunks } from "./read-body.js";

const { signal: never } = new AbortController();
const endless = Number.POSITIVE_INFINITY;

/** A body that gives the chunks and then neither more nor its end, and whether its reader has let go of it. */
function hanging(...chunks: string[]) {
  const left = { isCanceled: false };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
    },
    cancel() {
      left.isCanceled = true;
    },
  });
  return { body, left };
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) void chunk;
}

describe("a body whose stream knows no signal", () => {
  it.each([
    ["before its first bytes", []],
    ["between two chunks", ["a"]],
  ])("ends with the signal %s, and its stream is canceled", async (_when, chunks) => {
    const { body, left } = hanging(...chunks);
    const controller = new AbortController();
    const reading = readBytes(body, controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 1);
    await expect(reading).rejects.toThrow("enough");
    expect(left.isCanceled).toBe(true);
  });

  it.each([
    ["after its first bytes", [endless, 20], ["a"]],
    ["before its first bytes", [20, endless], []],
  ])("fails when it is silent for too long %s", async (_when, [firstMs, laterMs], chunks) => {
    const { body, left } = hanging(...chunks);
    await expect(drain(readChunks(body, never, firstMs, laterMs))).rejects.toThrow("No data arrived for 20 ms.");
    expect(left.isCanceled).toBe(true);
  });

  it("is whole when it ends", async () => {
    expect(await readBytes(new Response("abc").body, never)).toEqual(new TextEncoder().encode("abc"));
    expect(await readBytes(null, never)).toEqual(new Uint8Array());
  });
});
