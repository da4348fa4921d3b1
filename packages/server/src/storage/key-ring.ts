import { createHash } from "node:crypto";
import { MillraceError } from "../errors/millrace-error.js";

/** A key of 32 bytes that wraps the data keys of secrets. */
export interface MasterKey {
  /** 16 hexadecimal digits that identify the key without revealing it. */
  readonly id: string;
  readonly key: Buffer;
}

/** The master keys that this process knows. One encrypts; all decrypt. */
export interface KeyRing {
  /** The newest first. */
  readonly keys: readonly MasterKey[];
  find(id: string): MasterKey | undefined;
  /** The key that encrypts. @throws MillraceError `unavailable` if this process does not know it. */
  sealing(): MasterKey;
  /** Adds keys, newest first. Keys are never removed, so values read a moment ago can still be decrypted. */
  learn(keys: readonly Buffer[]): void;
  /** Sets the key that encrypts from now on, known here or not. */
  use(id: string): void;
}

/** @param keys newest first, at least one; the first encrypts until `use` is called. */
export function createKeyRing(keys: readonly Buffer[]): KeyRing {
  let known = keys.map(toMasterKey);
  let inUse = known[0]?.id;
  const find = (id: string) => known.find((key) => key.id === id);
  return {
    get keys() {
      return known;
    },
    find,
    sealing() {
      const key = inUse === undefined ? undefined : find(inUse);
      if (key !== undefined) return key;
      throw new MillraceError(
        "unavailable",
        `This process does not know the master key ${inUse} that is in use, so it cannot store secrets: restart it with that key in MILLRACE_MASTER_KEY.`,
      );
    },
    learn(newer) {
      const added = newer.map(toMasterKey);
      known = [...added, ...known.filter((key) => added.every(({ id }) => id !== key.id))];
    },
    use(id) {
      inUse = id;
    },
  };
}

function toMasterKey(key: Buffer): MasterKey {
  const digest = createHash("sha256").update("millrace master key\n").update(key).digest("hex");
  return { id: digest.slice(0, 16), key };
}
