import { resolve } from "node:path";
import Type from "typebox";
import type { Given, Settings } from "./settings.js";

export const keyVariables = {
  MILLRACE_API_KEY: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_-]{1,64}\\.[^\\s.]{8,}$",
      expected:
        "prefix.secret, with 1 to 64 letters, digits, _ or - before the dot and at least 8 characters behind it",
      description:
        "`prefix.secret`: the admin key to create at startup; the secret has at least 32 characters. Changing it disables the previous key, so give every API and worker the same value. If unset, the first API that listens generates a key and prints it once; `millrace keys create --local` makes another.",
    }),
  ),
  MILLRACE_FIRST_KEY_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "File to which a generated first key is written instead of being printed, readable by its owner only (0600).",
    }),
  ),
  MILLRACE_MASTER_KEY: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F]{64}$",
      expected: "64 hexadecimal digits",
      description:
        "32 bytes in hexadecimal that encrypt stored credentials. Required when several machines share a database. If unset, Millrace creates a key file in the data directory.",
    }),
  ),
  MILLRACE_MASTER_KEY_PREVIOUS: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F]{64}(,[0-9a-fA-F]{64})*$",
      expected: "64 hexadecimal digits, or several such keys separated by commas",
      description:
        "Comma-separated earlier values of `MILLRACE_MASTER_KEY`, to decrypt what they encrypted. Needed until `millrace keys rotate-master` has finished.",
    }),
  ),
};

/** The first API key, and the keys that encrypt stored secrets. */
export interface KeyConfiguration {
  readonly apiKey: string | undefined;
  /** Where a first key that is generated is written; undefined: nowhere. */
  readonly firstKeyFile: string | undefined;
  readonly masterKeyHex: string | undefined;
  /** Earlier master keys, which open but do not seal. */
  readonly previousMasterKeysHex: readonly string[];
}

export function keyConfiguration(
  given: Given<KeyConfiguration>,
  settings: Settings<typeof keyVariables>,
): KeyConfiguration {
  const firstKeyFile = given.firstKeyFile ?? settings.MILLRACE_FIRST_KEY_FILE;
  return {
    apiKey: given.apiKey ?? settings.MILLRACE_API_KEY,
    firstKeyFile: firstKeyFile === undefined ? undefined : resolve(firstKeyFile),
    masterKeyHex: given.masterKeyHex ?? settings.MILLRACE_MASTER_KEY,
    previousMasterKeysHex: given.previousMasterKeysHex ?? settings.MILLRACE_MASTER_KEY_PREVIOUS?.split(",") ?? [],
  };
}
