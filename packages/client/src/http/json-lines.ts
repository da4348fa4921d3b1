import { ConnectionError } from "../errors.js";

/** Reads JSON lines as they arrive: one value a line; only the current line is in memory. @throws ConnectionError for a line that is not JSON. */
export async function* readJsonLines<Value>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Value> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first = "", ...rest] = decoder.decode(chunk, { stream: true }).split("\n");
    // A long line arrives in many chunks: joined once, not copied with each.
    parts.push(first);
    for (const next of rest) {
      yield parseLine<Value>(parts.join(""));
      parts = [next];
    }
  }
  const last = parts.join("") + decoder.decode();
  if (last !== "") yield parseLine<Value>(last);
}

function parseLine<Value>(line: string): Value {
  try {
    return JSON.parse(line) as Value;
  } catch {
    // Some proxies end a broken connection as if it were whole: worth another try.
    throw new ConnectionError("A line of the response is not JSON: the connection broke, or it is not from Millrace.");
  }
}
