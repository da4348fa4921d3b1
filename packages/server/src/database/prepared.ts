import { createHash } from "node:crypto";
import type { QueryConfig } from "pg";

const names = new Map<string, string>();

/**
 * A statement that each connection parses and plans once: for those that find rows by whole keys, where planning takes longer than
 * looking.
 *
 * @param text one of a few: each connection keeps every one that it has seen.
 */
export function prepared(text: string, values: readonly unknown[]): QueryConfig {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash("sha256").update(text).digest("base64url");
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}
