import { createKeyRing, type KeyRing } from "./key-ring.js";
import { openMasterKeyFile, type MasterKeyFile } from "./master-key-file.js";
import { rememberOwnSecret } from "../errors/secret-values.js";

/** The master keys of this process, and the file that they are from. */
export interface MasterKeys {
  readonly ring: KeyRing;
  /** Undefined if the configuration sets the key. */
  readonly file: MasterKeyFile | undefined;
}

/** The configured key, or those of the file in the data directory; and the configured earlier ones. */
export async function loadMasterKeys(
  dataDirectory: string,
  masterKeyHex: string | undefined,
  previousHex: readonly string[],
): Promise<MasterKeys> {
  const file = masterKeyHex === undefined ? await openMasterKeyFile(dataDirectory) : undefined;
  const newest = file === undefined ? [Buffer.from(masterKeyHex ?? "", "hex")] : await file.read();
  const ring = createKeyRing([...newest, ...previousHex.map((hex) => Buffer.from(hex, "hex"))]);
  for (const { key } of ring.keys) rememberOwnSecret(key.toString("hex"));
  return { ring, file };
}
