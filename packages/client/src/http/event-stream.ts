/** One message of an event stream. */
export interface ServerSentEvent {
  /** "message" when the server gives no name. */
  readonly name: string;
  readonly data: string;
  /** The id of this or the last message that had one. */
  readonly lastEventId: string;
}

/**
 * Reads an event stream (HTML Living Standard, section 9.2.6). Ends when the server ends it; a message that is cut off
 * is left out.
 */
export async function* readEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let name = "";
  let data: string[] = [];
  let lastEventId = "";
  for await (const line of lines(chunks)) {
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
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be the first half of CR LF.
    const parts = rest.split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest.endsWith("\r")) yield rest.slice(0, -1);
}
