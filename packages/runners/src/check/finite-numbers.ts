/** A number that JSON cannot hold: NaN, Infinity or -Infinity. */
export interface NonFinite {
  readonly value: number;
  /** Where it is, such as `data.result.scores[3]`. */
  readonly path: string;
}

// Few texts have what can be such a number: an exponent of three digits, hundreds of digits, or a word that only Python writes.
const suspicious = /[eE]\+?\d{3}|\d{200}|NaN|Infinity/;
// A text that does not end goes to the end, or each of its quotes would be tried as a beginning.
const textOrWord = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|-?(?:NaN|Infinity)/g;
const tooLarge = "1e999";

/** The sentence of an input whose answer has such a number. */
export function describeNonFinite(value: number | string, output: string, place: string): string {
  return `The model returned ${value} in its output ${JSON.stringify(output)} ${place}, which JSON cannot hold.`;
}

/** A number in a value without cycles that JSON cannot hold; undefined when there is none. */
export function findNonFinite(root: unknown): NonFinite | undefined {
  // Not recursive: what a server answers may be of any depth.
  const waiting: Place[] = [{ value: root, key: undefined, parent: undefined }];
  for (const place of waiting) {
    const { value } = place;
    if (typeof value === "number" && !Number.isFinite(value)) return { value, path: pathTo(place) };
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value) || ArrayBuffer.isView(value);
    const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
      ? value.entries()
      : Object.entries(value);
    for (const [key, inner] of entries)
      if (typeof inner === "object" || (typeof inner === "number" && !Number.isFinite(inner)))
        waiting.push({ value: inner, key: isList ? Number(key) : key, parent: place });
  }
  return undefined;
}

/** What is wrong with the numbers of an output in JSON, as a sentence; undefined when nothing is, or it is no JSON at all. */
export function findNonFiniteText(output: string, bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  if (!suspicious.test(text)) return undefined;
  let words = 0;
  const replaced = text.replace(textOrWord, (found) => {
    if (found.startsWith('"')) return found;
    words += 1;
    return tooLarge;
  });
  let found: NonFinite | undefined;
  try {
    found = findNonFinite(JSON.parse(replaced));
  } catch {
    return undefined;
  }
  return found && describeNonFinite(words === 0 ? found.value : "NaN or Infinity", output, `at ${found.path}`);
}

interface Place {
  readonly value: unknown;
  readonly key: string | number | undefined;
  readonly parent: Place | undefined;
}

function pathTo(place: Place): string {
  let path = "";
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.parent)
    path = typeof at.key === "number" ? `[${at.key}]${path}` : `.${at.key}${path}`;
  const shown = path.replace(/^\./, "");
  return shown === "" ? "its root" : shown.slice(0, longestPath);
}

const longestPath = 200;
