import { expect, test } from "vitest";
import type { BlobStore } from "../storage/blob-store.js";
import { OutputError, storeOutputs } from "./store-output.js";

const store = (bytes: Uint8Array) =>
  storeOutputs(
    // Small JSON never reaches it.
    {} as BlobStore,
    { jobIdentifier: "job", position: 0 },
    { "results.json": { mediaType: "application/json", bytes } },
    new AbortController().signal,
  );

test("JSON is stored without the byte order mark that a model may write, which results bodies cannot have inside", async () => {
  const content = Buffer.from('{"a": "é"}');
  expect(await store(Buffer.from('\uFEFF{"a": "é"}'))).toEqual([
    { name: "results.json", mediaType: "application/json", sizeBytes: content.length, content, blobKey: null },
  ]);
});

test.each<[string, Uint8Array, string]>([
  ["in Windows-1252", Buffer.from('{"a": "\xe9"}', "latin1"), "is not UTF-8 text: byte 7 is 0xE9; convert it to UTF-8"],
  ["in UTF-16", Buffer.from('\uFEFF{"a": 1}', "utf16le"), "is UTF-16 text: convert it to UTF-8"],
  ["that ends early", Buffer.from('{"a":'), "is not valid JSON"],
])("JSON %s fails its input", async (_, bytes, fault) => {
  await expect(store(bytes)).rejects.toThrow(
    new OutputError(
      "model.invalid_output",
      `Output "results.json" of the model ${fault}, although its model.yaml declares it as JSON.`,
    ),
  );
});
