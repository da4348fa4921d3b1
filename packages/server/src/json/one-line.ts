/**
 * Writes JSON text on one line, for line-based readers: the same value, with every digit of its numbers.
 *
 * A line break in valid JSON is between tokens, where a space works as well. Strings may contain other characters that some
 * readers, such as Node's and Python's, treat as line breaks; these are escaped.
 *
 * @param json valid JSON.
 */
export function onOneLine(json: string): string {
  return json.replace(/[\n\r]/g, " ").replace(/[\u0085\u2028\u2029]/g, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
