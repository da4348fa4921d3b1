import { homedir } from "node:os";
import { join, resolve } from "node:path";
import Type from "typebox";
import type { Given, Settings } from "./settings.js";

export const storageVariables = {
  MILLRACE_DATA: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Directory for the embedded database, outputs and the master key. Default: `~/.millrace`.",
    }),
  ),
  MILLRACE_BLOBS: Type.Optional(
    Type.String({
      pattern: "^(?!s3:)|^s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[^?#]*)?([?][^#]*)?$",
      expected: "a directory, or a URL such as s3://bucket/prefix?region=us-east-1",
      description:
        "Where to store large outputs: a directory (shared by all machines) or `s3://bucket/prefix?region=...&endpoint=...`, with credentials from the usual AWS sources. Default: `blobs` in the data directory.",
    }),
  ),
};

/** Where files are stored. */
export interface StorageConfiguration {
  readonly dataDirectory: string;
  /** A directory, or `s3://bucket/prefix?region=...&endpoint=...`. */
  readonly blobs: string;
}

export function storageConfiguration(
  given: Given<StorageConfiguration>,
  settings: Settings<typeof storageVariables>,
): StorageConfiguration {
  const dataDirectory = resolve(given.dataDirectory ?? settings.MILLRACE_DATA ?? join(homedir(), ".millrace"));
  const blobs = given.blobs ?? settings.MILLRACE_BLOBS ?? join(dataDirectory, "blobs");
  return { dataDirectory, blobs: blobs.startsWith("s3://") ? blobs : resolve(blobs) };
}
