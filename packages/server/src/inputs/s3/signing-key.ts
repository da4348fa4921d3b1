import { createHmac, hash } from "node:crypto";
import { LRUCache } from "lru-cache";

/** Signs with one key: HMAC-SHA-256 (RFC 2104) whose key is already combined with its two pads, which are most of the cost for short texts. */
export interface SigningKey {
  /** @param text of one byte per character. @returns the signature in lower-case hexadecimal. */
  sign(text: string): string;
}

const blockBytes = 64;
const digestBytes = 32;

export function createSigningKey(key: Uint8Array): SigningKey {
  const inner = paddedKey(key, 0x36);
  const outer = Buffer.concat([paddedKey(key, 0x5c), Buffer.alloc(digestBytes)]);
  return {
    sign(text) {
      outer.write(hash("sha256", Buffer.concat([inner, Buffer.from(text, "latin1")]), "binary"), blockBytes, "latin1");
      return hash("sha256", outer);
    },
  };
}

function paddedKey(key: Uint8Array, pad: number): Buffer {
  const short = key.byteLength > blockBytes ? hash("sha256", key, "buffer") : key;
  return Buffer.from(Array.from({ length: blockBytes }, (_, index) => (short[index] ?? 0) ^ pad));
}

// A day of a thousand accounts or regions; a key is made again in microseconds.
const keys = new LRUCache<string, SigningKey>({ max: 1_000 });

/** The key of AWS signature version 4 for one day ("20260203"), region and secret. */
export function signingKeyOf(day: string, region: string, secretAccessKey: string): SigningKey {
  const name = JSON.stringify([day, region, secretAccessKey]);
  const known = keys.get(name);
  if (known !== undefined) return known;
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, "s3", "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
  const made = createSigningKey(key);
  keys.set(name, made);
  return made;
}
