/** One message of an event stream. */
export interface ServerSentEvent {
  /** "message" when the server gives no name. */
  readonly name: string;
  readonly data: string;
  /** The id of this or the last message that had one. */
  readonly lastEventId: string;
}

// A server sends at least a comment every 15 s; after three that are missing the connection is dead.
const longestSilenceMs = 45_000;

/**
 * Reads an event stream (HTML Living Standard, section 9.2.6). Ends when the server ends it; a message that is cut off
 * is left out.
 *
 * @throws Error when the connection breaks or nothing at all came for 45 s.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let name = "";
  let data: string[] = [];
  let lastEventId = "";
  for await (const line of lines(body)) {
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
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      rest += decoder.decode(value, { stream: !done });
      // A CR at the very end may be the first half of CR LF.
      const parts = rest.split(done ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/);
      rest = parts.pop() ?? "";
      yield* parts;
      if (done) return;
    }
  } finally {
    // Whoever stopped reading does not want the rest.
    await reader.cancel().catch(() => undefined);
  }
}

async function withinSilence<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came for ${longestSilenceMs} ms.`)), longestSilenceMs);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}
