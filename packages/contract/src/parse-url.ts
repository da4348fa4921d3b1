/**
 * Parses an address of others; undefined for what is none. Node 20's `URL.canParse` accepts some addresses that `new URL` then refuses, such as
 * hosts with a letter outside ASCII beside an empty label.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
