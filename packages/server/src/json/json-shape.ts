const [quote, backslash, openArray, closeArray, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Deeper JSON is rejected: recursive code, including JSON.stringify, would overflow the stack. */
export const maximumJsonDepth = 100;

/** More arrays and objects are rejected: each takes up to 20 times the space of its text. A job of a million inputs has half as many. */
export const maximumJsonNodes = 4_000_000;

/** How many arrays and objects are in the UTF-8 text of a JSON value, and how deep they are nested; the text need not be valid. */
export function jsonShape(text: Uint8Array): { readonly depth: number; readonly nodes: number } {
  let nodes = 0;
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const byte = text[index];
    if (byte === quote) {
      const end = endOfString(text, index);
      if (end < 0) break;
      index = end;
    } else if (byte === openObject || byte === openArray) {
      nodes += 1;
      deepest = Math.max(deepest, ++depth);
    } else if (byte === closeObject || byte === closeArray) depth -= 1;
  }
  return { depth: deepest, nodes };
}

/** The index of the closing quote of the string that starts at `start`; negative if there is none. */
function endOfString(text: Uint8Array, start: number): number {
  for (let end = text.indexOf(quote, start + 1); end >= 0; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}
