import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Seals and opens secrets under one master key. */
export interface SecretBox {
  /** @param context what the secret belongs to; opening it for anything else fails. */
  seal(secret: string, context: string): Buffer;
  /** @throws Error when the key or the context is another one, or the bytes were changed. */
  open(sealed: Buffer, context: string): string;
}

/** AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; sealed form: nonce, tag, ciphertext. */
export function createSecretBox(masterKey: Buffer): SecretBox {
  return {
    seal(secret, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, masterKey, nonce).setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed, context) {
      const decipher = createDecipheriv(algorithm, masterKey, sealed.subarray(0, nonceBytes))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString(
        "utf8",
      );
    },
  };
}
