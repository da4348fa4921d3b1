import { createHash } from "node:crypto";
import { MillraceError } from "../errors/millrace-error.js";

/** A key of 32 bytes that wraps the data keys of secrets. */
export interface MasterKey {
  /** 16 hexadecimal digits that say which key it is and nothing about what it is. */
  readonly id: string;
  readonly key: Buffer;
}

/** The master keys that this process knows. One of them seals; any of them opens. */
export interface KeyRing {
  /** The newest first. */
  readonly keys: readonly MasterKey[];
  find(id: string): MasterKey | undefined;
  /** The key that seals. @throws MillraceError `unavailable` when the one in use is not known here. */
  sealing(): MasterKey;
  /** Learns keys, the newest first. None is forgotten before the process ends: what was read a moment ago still opens. */
  learn(keys: readonly Buffer[]): void;
  /** Says which key seals from now on, known here or not. */
  use(id: string): void;
}

/** @param keys the newest first; at least one, which seals until `use` says otherwise. */
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
