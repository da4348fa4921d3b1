import { parseUrl } from "@millrace/contract";

/** A key of the operator, and the one server that gets it. */
export interface ServerKey {
  /** Where the key is sent: this address and the paths below it. Without a slash at the end. */
  readonly url: string;
  readonly key: string;
}

// A shorter key could not be masked without blotting out ordinary words.
const keyPattern = /^[\x21-\x2b\x2d-\x7e]{8,4096}$/;

/**
 * Reads `https://api.example.com/v1=KEY,https://other.example.com=KEY`.
 *
 * @throws Error with a sentence that says which entry is not valid, and never shows a key.
 */
export function parseServerKeys(text: string): readonly ServerKey[] {
  return text.split(",").map((entry, index) => {
    const end = entry.indexOf("=");
    const url = parseUrl(entry.slice(0, end).trim());
    const key = entry.slice(end + 1).trim();
    const place = url === undefined ? undefined : plainUrl(url);
    if (end < 0 || place === undefined || !keyPattern.test(key))
      throw new Error(
        `entry ${index + 1} is not valid (it is not shown): expected https://host/path=KEY, with a key of at least 8 characters and no comma`,
      );
    return { url: place, key };
  });
}

/** The key for an address: the operator's longest entry that the address is or is below; undefined when there is none. */
export function keyFor(keys: readonly ServerKey[], address: string): string | undefined {
  const url = parseUrl(address);
  const place = url === undefined ? undefined : plainUrl(url);
  if (place === undefined) return undefined;
  return keys
    .filter((one) => place === one.url || place.startsWith(`${one.url}/`))
    .reduce<ServerKey | undefined>(
      (best, one) => (best === undefined || one.url.length > best.url.length ? one : best),
      undefined,
    )?.key;
}

/** An address of HTTP that is nothing but a server and a path, in the one form that it is compared in; else undefined. */
export function plainUrl({ protocol, username, password, origin, pathname, search, hash }: URL): string | undefined {
  if (!["http:", "https:"].includes(protocol) || username !== "" || password !== "" || search !== "" || hash !== "")
    return undefined;
  // Some servers read an encoded slash or dot as one, and would leave the path that the key is for.
  if (/%(2e|2f|5c)/i.test(pathname)) return undefined;
  return `${origin}${pathname.replace(/\/$/, "")}`;
}
