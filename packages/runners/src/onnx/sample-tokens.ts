import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { unlessMissing } from "../manifest/missing-file.js";
import type { DataItems } from "../runner.js";
import type { TextTokens } from "./token-inputs.js";

const maximumFileBytes = 2 ** 20;

/** How one data item becomes tokens. */
export interface ItemTokenizer {
  readonly item: string;
  readonly prepare: (items: DataItems) => Promise<TextTokens>;
}

/**
 * Compares the ids in `samples/tokens.json` with those that the model's tokenizers give: `{"input.txt": [{"text": "...", "ids": [...]}]}`.
 * Without that file there is nothing to compare.
 *
 * @throws Error with a sentence, for the first text that has other ids or when the file is not valid.
 */
export async function checkSampleTokens(directory: string, tokenizers: readonly ItemTokenizer[]): Promise<void> {
  for (const [item, samples] of Object.entries(await readSampleTokens(join(directory, "samples", "tokens.json")))) {
    const tokenizer = tokenizers.find((one) => one.item === item);
    if (tokenizer === undefined)
      throw new Error(
        `samples/tokens.json has tokens of ${JSON.stringify(item)}; the tokenizers of its model.yaml take ${tokenizers.map((one) => JSON.stringify(one.item)).join(", ") || "nothing"}.`,
      );
    for (const { text, ids } of samples) {
      const found = (await tokenizer.prepare({ [item]: Buffer.from(text) })).ids;
      if (found.join() === ids.join()) continue;
      const at = ids.findIndex((id, index) => id !== found[index]);
      const place = at === -1 ? ids.length : at;
      throw new Error(
        `samples/tokens.json: the token at position ${place} of ${JSON.stringify(shorten(text))} is ${found[place] ?? "missing"}, expected ${ids[place] ?? "none"}: correct the tokenizer or the sample. Its tokens are [${shorten(found.join())}].`,
      );
    }
  }
}

async function readSampleTokens(file: string): Promise<Record<string, { text: string; ids: number[] }[]>> {
  const size = (await unlessMissing(stat(file)))?.size;
  if (size === undefined) return {};
  if (size > maximumFileBytes)
    throw new Error(`samples/tokens.json has ${size} bytes; at most ${maximumFileBytes} are allowed.`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`samples/tokens.json is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
  const { SampleTokens } = await import("./sample-tokens-schema.js");
  if (SampleTokens.Check(value)) return value;
  throw new Error(
    'samples/tokens.json is not valid: expected texts and their token ids by data item, such as {"input.txt": [{"text": "hello", "ids": [101, 7592, 102]}]}.',
  );
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
