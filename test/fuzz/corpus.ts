import { readFile, writeFile } from "node:fs/promises";

const mostBytes = 6 * 2 ** 10;

/** The kept inputs of a target: one JSON value a line, a text or `{"base64"}` for what is no text. */
export async function readCorpus(name: string): Promise<Uint8Array[]> {
  const text = await readFile(fileOf(name), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [decode(JSON.parse(line))]));
}

/** Keeps what a run ended with, the smallest first, up to 6 KiB for each target. */
export async function writeCorpus(name: string, inputs: readonly Uint8Array[]): Promise<void> {
  let size = 0;
  const lines = inputs
    .map((input) => encode(Buffer.from(input)))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .filter((line) => (size += Buffer.byteLength(line) + 1) <= mostBytes);
  await writeFile(fileOf(name), lines.map((line) => `${line}\n`).join(""));
}

function fileOf(name: string): URL {
  return new URL(`corpus/${name}.jsonl`, import.meta.url);
}

function encode(input: Buffer): string {
  const text = input.toString("utf8");
  return JSON.stringify(Buffer.from(text).equals(input) ? text : { base64: input.toString("base64") });
}

function decode(value: string | { readonly base64: string }): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(value.base64, "base64");
}
