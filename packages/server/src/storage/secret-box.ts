import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { rememberSecret } from "../errors/secret-values.js";
import type { KeyRing, MasterKey } from "./key-ring.js";

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const wrappedBytes = nonceBytes + tagBytes + keyBytes;
// Secrets sealed before data keys existed start with a random nonce instead.
const mark = Buffer.from("MLR1");
const idBytes = 8;

/** How many bytes at the start of a sealed secret identify its master key. */
export const headerBytes = mark.length + idBytes;

/** Seals and opens secrets. */
export interface SecretBox {
  /** @param context what the secret belongs to; opening it for anything else fails. */
  seal(secret: string, context: string): Buffer;
  /** @throws Error when its master key is not known, the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: string): string;
  /** Rewraps the secret's data key with the active master key. @throws Error as `open` does. */
  rewrap(sealed: Buffer, context: string): Buffer;
  /** The header of secrets under the active master key. */
  header(): Buffer;
}

/**
 * Every secret has a data key of its own, which a master key wraps: both by AES-256-GCM (NIST SP 800-38D) with random 96-bit
 * nonces, both bound to the context.
 *
 * Sealed form: mark, id of the master key, wrapped data key, ciphertext; the last two are each nonce, tag, bytes.
 */
export function createSecretBox(ring: KeyRing): SecretBox {
  return {
    seal(secret, context) {
      rememberSecret(secret);
      const dataKey = randomBytes(keyBytes);
      const wrapped = wrap(ring.sealing(), dataKey, context);
      return Buffer.concat([wrapped, encrypt(dataKey, Buffer.from(secret), context)]);
    },
    open(sealed, context) {
      const secret = openBytes(ring, sealed, context).toString("utf8");
      rememberSecret(secret);
      return secret;
    },
    rewrap(sealed, context) {
      if (!isEnvelope(sealed)) return this.seal(this.open(sealed, context), context);
      const dataKey = unwrap(ring, sealed, context);
      return Buffer.concat([wrap(ring.sealing(), dataKey, context), sealed.subarray(headerBytes + wrappedBytes)]);
    },
    header: () => headerOf(ring.sealing()),
  };
}

function openBytes(ring: KeyRing, sealed: Buffer, context: string): Buffer {
  if (isEnvelope(sealed))
    return decrypt(unwrap(ring, sealed, context), sealed.subarray(headerBytes + wrappedBytes), context);
  for (const { key } of ring.keys) {
    try {
      return decrypt(key, sealed, context);
    } catch {
      // Sealed with another key, but nothing says which.
    }
  }
  throw new Error("None of the known master keys decrypts the secret.");
}

function isEnvelope(sealed: Buffer): boolean {
  return sealed.length >= headerBytes + wrappedBytes && sealed.subarray(0, mark.length).equals(mark);
}

function headerOf({ id }: MasterKey): Buffer {
  return Buffer.concat([mark, Buffer.from(id, "hex")]);
}

function wrap(master: MasterKey, dataKey: Buffer, context: string): Buffer {
  return Buffer.concat([headerOf(master), encrypt(master.key, dataKey, wrapContext(context))]);
}

function unwrap(ring: KeyRing, sealed: Buffer, context: string): Buffer {
  const id = sealed.subarray(mark.length, headerBytes).toString("hex");
  const master = ring.find(id);
  if (master === undefined)
    throw new Error(
      `The secret is under the master key ${id}, which is not known here: set it in MILLRACE_MASTER_KEY.`,
    );
  return decrypt(master.key, sealed.subarray(headerBytes, headerBytes + wrappedBytes), wrapContext(context));
}

/** Prevents passing a wrapped data key off as a secret sealed directly with the master key. */
function wrapContext(context: string): string {
  return `data key\n${context}`;
}

function encrypt(key: Buffer, plaintext: Buffer, context: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}
