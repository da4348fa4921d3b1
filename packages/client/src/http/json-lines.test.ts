import { expect, test } from "vitest";
import { ConnectionError } from "../errors.js";
import { readJsonLines } from "./json-lines.js";

const read = (...chunks: string[]) => readBytes(chunks.map((chunk) => new TextEncoder().encode(chunk)));

async function readBytes(chunks: Uint8Array[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of readJsonLines(ReadableStream.from(chunks))) values.push(value);
  return values;
}

test.each([
  [["1\n2\n"], [1, 2]],
  [
    ['{"a":', "1}", '\n{"b":2}'],
    [{ a: 1 }, { b: 2 }],
  ],
  [[""], []],
])("reads %j", async (chunks, values) => {
  expect(await read(...chunks)).toEqual(values);
});

test("keeps characters whose bytes arrive apart", async () => {
  const bytes = new TextEncoder().encode('"名前 🙂"\n');
  expect(await readBytes(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(["名前 🙂"]);
});

test("a line that is cut off is a broken connection", async () => {
  await expect(read('{"a":1}\n{"b":')).rejects.toThrow(ConnectionError);
});
