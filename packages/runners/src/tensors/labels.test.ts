import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readLabels } from "./labels.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-labels-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const read = async (bytes: Uint8Array) => {
  await writeFile(join(directory, "labels.txt"), bytes);
  return readLabels(directory, { labelsFile: "labels.txt" });
};

test("a byte order mark and the line ends of Windows are no part of a label", async () => {
  expect(await read(Buffer.from("\uFEFFtench\r\ngoldfish\r\ncafé\r\n"))).toEqual(["tench", "goldfish", "café"]);
});

test("labels in another encoding are refused, with what to do", async () => {
  await expect(read(Buffer.from("\uFEFFtench\r\n", "utf16le"))).rejects.toThrow(
    /^runner\.postprocess\.labelsFile .*labels\.txt is UTF-16 text: convert it to UTF-8\.$/,
  );
  await expect(read(Buffer.from("caf\xe9\n", "latin1"))).rejects.toThrow("is not UTF-8 text: byte 3 is 0xE9");
});
