import { MillraceError } from "@millrace/client";
import { colors } from "../terminal/colors.js";
import type { JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";

export interface LocalKeyFlags {
  readonly local?: boolean;
  readonly data?: string;
}

/**
 * Creates an API key with full access on the machine of the data directory: for who lost the first one.
 *
 * @throws MillraceError with one sentence when the data directory or the database cannot be used.
 */
export async function createLocalKey(name = "Admin", { data, json }: LocalKeyFlags & JsonOption): Promise<void> {
  // The other commands need not wait for the server's code.
  const server = await import("@millrace/server");
  const local = await import("@millrace/server/local-key");
  try {
    const key = await local.createLocalKey({ name, dataDirectory: data });
    if (json === true) return printJson({ key });
    print(colors.bold(key));
    printNotice("Shown once: keep it.");
  } catch (error) {
    const isMendable = error instanceof server.ConfigurationError || error instanceof server.EmbeddedPostgresError;
    throw isMendable ? new MillraceError(error.message, { cause: error }) : error;
  }
}
