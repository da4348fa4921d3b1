import { readFile, stat } from "node:fs/promises";
import { decodeText } from "@millrace/contract";
import { unlessMissing } from "./missing-file.js";
import { findExcess } from "./yaml-bounds.js";

// The largest of the bundled models has 3 KB.
const maximumFileBytes = 2 ** 15;

/**
 * The text of a YAML file that somebody sent, if it is there, once it is small and flat enough to be parsed.
 *
 * @throws Error with one sentence.
 */
export async function readYamlText(file: string): Promise<string | undefined> {
  const size = (await unlessMissing(stat(file)))?.size;
  if (size === undefined) return undefined;
  if (size > maximumFileBytes)
    throw new Error(`${file}:1:1: the file is not valid: found ${size} bytes, expected at most ${maximumFileBytes}.`);
  const text = decode(await readFile(file), file);
  const excess = findExcess(text);
  if (excess === undefined) return text;
  const lines = text.slice(0, excess.offset).split("\n");
  throw new Error(
    `${file}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}: the file is not valid: found ${excess.found}, expected ${excess.expected}.`,
  );
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    throw new Error(`${file}:1:1: the file ${(error as Error).message}.`, { cause: error });
  }
}
