import { readFile } from "node:fs/promises";
import { decodeText, TextEncodingError } from "@millrace/contract/decode-text";

/**
 * The text of a file, which is UTF-8 with or without a byte order mark.
 *
 * @throws Error that names the file when it is in another encoding; the system's error when it cannot be read.
 */
export async function readTextFile(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    return decodeText(bytes);
  } catch (error) {
    throw error instanceof TextEncodingError ? new Error(`${file} ${error.message}`, { cause: error }) : error;
  }
}
