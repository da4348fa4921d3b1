import { ConnectionError } from "../errors.js";
import { openDeadline, untilAborted } from "./deadline.js";

/**
 * Reads a body chunk by chunk. All bodies are read here: fetch alone may lose the signal.
 *
 * @param firstMs how long the body may be silent before its first chunk, in milliseconds; as long as it likes by default.
 * @param laterMs the same between later chunks.
 * @throws the signal's reason; ConnectionError when the body is silent for too long.
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
  firstMs?: number,
  laterMs = firstMs,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  let limitMs = firstMs;
  try {
    for (;;) {
      const deadline = openDeadline(signal);
      deadline.set(limitMs, new ConnectionError(`No data arrived for ${limitMs} ms.`));
      const { done, value } = await untilAborted(reader.read(), deadline.signal).finally(deadline.close);
      if (done) return;
      limitMs = laterMs;
      yield value;
    }
  } finally {
    // Nobody needs the rest, nor waits for a dead connection.
    void reader.cancel().catch(() => undefined);
  }
}

/** The whole of a body. */
export async function readBytes(body: ReadableStream<Uint8Array> | null, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of readChunks(body, signal)) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
