import { ConnectionError } from "../errors.js";

/** One message of an event stream. */
export interface ServerSentEvent {
  /** "message" when the server gives no name. */
  readonly name: string;
  readonly data: string;
  /** The id of this or the last message that had one. */
  readonly lastEventId: string;
}

// A server sends at least a comment every 15 s; after two that are missing the connection is dead.
const longestSilenceMs = 40_000;
// The first line arrives with the headers, unless a proxy buffers the response.
const longestStartMs = 10_000;

/**
 * Reads an event stream (HTML Living Standard, section 9.2.6). Ends when the server ends it; a message that is cut off
 * is left out.
 *
 * @throws ConnectionError when the connection breaks, or nothing at all came within 10 s or later for 40 s.
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  silence = { longestMs: longestSilenceMs, longestStartMs },
): AsyncGenerator<ServerSentEvent> {
  let name = "";
  let data: string[] = [];
  let lastEventId = "";
  for await (const line of lines(body, silence)) {
    if (line === "") {
      if (data.length > 0) yield { name: name || "message", data: data.join("\n"), lastEventId };
      name = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) lastEventId = value;
  }
}

/** The lines of a stream without their ends, which are CR LF, LF or CR; what follows the last end is left out. */
async function* lines(
  body: ReadableStream<Uint8Array>,
  silence: { longestMs: number; longestStartMs: number },
): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let limitMs = silence.longestStartMs;
  try {
    for (;;) {
      const { done, value } = await within(limitMs, reader.read());
      limitMs = silence.longestMs;
      rest += decoder.decode(value, { stream: !done });
      // A CR at the very end may be the first half of CR LF.
      const parts = rest.split(done ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/);
      rest = parts.pop() ?? "";
      yield* parts;
      if (done) return;
    }
  } finally {
    // A reader that stopped needs neither the rest nor to wait for a dead connection.
    void reader.cancel().catch(() => undefined);
  }
}

async function within<Value>(limitMs: number, reading: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConnectionError(`No data arrived for ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}
