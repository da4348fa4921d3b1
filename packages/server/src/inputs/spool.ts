import { randomUUID } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { formatBytes } from "../errors/format-bytes.js";
import { privateMode } from "../storage/private-mode.js";
import { type ListedInput, ListingError } from "./listed-input.js";

/** Keeps the inputs of a listing on disk until it is complete, so that no transaction waits for the listing. */
export interface Spool {
  readonly count: number;
  /** @throws ListingError when there is more than fits. */
  add(inputs: readonly ListedInput[]): Promise<void>;
  /** All of them in their order, some at a time. */
  read(): AsyncGenerator<ListedInput[]>;
  close(): Promise<void>;
}

const sentenceBytes = 16 * 2 ** 10;
const inputsAtOnce = 1_000;
const charactersAtOnce = 8 * 2 ** 20;

/** @param directory created if missing; its file is unlinked, so it disappears with this process. */
export async function openSpool(directory: string, maximumBytes = 4 * 2 ** 30): Promise<Spool> {
  await mkdir(directory, { recursive: true, mode: privateMode.directory });
  const path = join(directory, randomUUID());
  const file = await open(path, "wx+", privateMode.file);
  await rm(path);
  let count = 0;
  let sizeBytes = 0;
  return {
    get count() {
      return count;
    },
    async add(inputs) {
      const bytes = Buffer.from(inputs.map((input) => `${JSON.stringify(input)}\n`).join(""));
      // A sentence that says why there are no more always fits.
      if (sizeBytes + bytes.byteLength > maximumBytes && bytes.byteLength > sentenceBytes)
        throw new ListingError(
          "input.too_many",
          `The inputs exceed ${formatBytes(maximumBytes)} in total: split them into several jobs.`,
        );
      await file.appendFile(bytes);
      sizeBytes += bytes.byteLength;
      count += inputs.length;
    },
    async *read() {
      const lines = createInterface({ input: file.createReadStream({ start: 0, autoClose: false }) });
      let page: ListedInput[] = [];
      let characters = 0;
      for await (const line of lines) {
        page.push(JSON.parse(line) as ListedInput);
        characters += line.length;
        if (page.length < inputsAtOnce && characters < charactersAtOnce) continue;
        yield page;
        page = [];
        characters = 0;
      }
      if (page.length > 0) yield page;
    },
    close: () => file.close(),
  };
}
