const longestWords = 500;

/**
 * What a server says in a body that is no JSON of its protocol: all of a short one, the end of a long one, as that is where a
 * traceback names its error.
 */
export function serverWords(text: string): string {
  const words = text.trim();
  if (words === "") return "no reason given";
  return words.length <= longestWords ? words : `... ${words.slice(-longestWords).trimStart()}`;
}
