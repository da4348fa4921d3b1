/**
 * Writes JSON text in one line, for readers that take line by line: the same value, its numbers digit by digit.
 *
 * A line end in valid JSON stands between values, where a blank does as well. Within strings there may be characters that some
 * readers, as those of Node and Python, also take for line ends; they are escaped.
 *
 * @param json valid JSON.
 */
export function onOneLine(json: string): string {
  return json.replace(/[\n\r]/g, " ").replace(/[\u0085\u2028\u2029]/g, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
