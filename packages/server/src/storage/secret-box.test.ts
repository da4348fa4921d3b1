import { createCipheriv, randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createKeyRing } from "./key-ring.js";
import { createSecretBox, headerBytes } from "./secret-box.js";

const [older, newer] = [randomBytes(32), randomBytes(32)];
const boxOf = (...keys: Buffer[]) => createSecretBox(createKeyRing(keys));

/** The form before there were data keys: nonce, tag, ciphertext under the master key itself. */
function sealAsBefore(key: Buffer, secret: string, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

it("decrypts only in the context that it encrypted for", () => {
  const sealed = boxOf(older).seal("säcret", "job-1");
  expect(boxOf(older).open(sealed, "job-1")).toBe("säcret");
  expect(() => boxOf(older).open(sealed, "job-2")).toThrow();
  expect(() => boxOf(newer).open(sealed, "job-1")).toThrow(/not known here/);
  expect(boxOf(newer, older).open(sealed, "job-1")).toBe("säcret");
});

it("rejects a ciphertext changed anywhere", () => {
  const sealed = boxOf(older).seal("secret", "job-1");
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => boxOf(older).open(changed, "job-1"), `byte ${at}`).toThrow();
    expect(() => boxOf(older).open(sealed.subarray(0, at), "job-1"), `cut at ${at}`).toThrow();
  }
});

it("decrypts what earlier versions encrypted, with any known key", () => {
  const sealed = sealAsBefore(older, "secret", "job-1");
  expect(boxOf(newer, older).open(sealed, "job-1")).toBe("secret");
  expect(() => boxOf(newer).open(sealed, "job-1")).toThrow(/none of the master keys/);
  expect(() => boxOf(older).open(sealed, "job-2")).toThrow();
});

it("rewraps a secret with the new master key, after which the old one no longer decrypts it", () => {
  const both = boxOf(newer, older);
  for (const sealed of [boxOf(older).seal("secret", "job-1"), sealAsBefore(older, "secret", "job-1")]) {
    const moved = both.rewrap(sealed, "job-1");
    expect(moved.subarray(0, headerBytes)).toEqual(both.header());
    expect(boxOf(newer).open(moved, "job-1")).toBe("secret");
    expect(() => boxOf(older).open(moved, "job-1")).toThrow();
    expect(() => both.rewrap(sealed, "job-2")).toThrow();
  }
});

it("encrypts with the active key, and refuses if it is unknown", () => {
  const ring = createKeyRing([newer, older]);
  const [, olderKey] = ring.keys;
  ring.use(olderKey?.id ?? "");
  expect(boxOf(older).open(createSecretBox(ring).seal("secret", "c"), "c")).toBe("secret");
  ring.use("0123456789abcdef");
  expect(() => createSecretBox(ring).seal("secret", "c")).toThrow(/0123456789abcdef.*MILLRACE_MASTER_KEY/);
});
