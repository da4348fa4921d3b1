import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "./read-manifest.js";

const valid = `specification: "0.4"
type: module
identifier: abcdefghij
version: 1.2.3
name: Example
author: Somebody
description:
  summary: An example.
inputs:
  input.txt:
    acceptedMediaTypes: [text/plain, text/html]
    maxSize: 512Ki
outputs:
  results.json:
    mediaType: application/json
    maxSize: 1M
resources:
  memory:
    size: 1G
  cpu:
    count: 0.5
timeout:
  status: 20s
  run: 500ms
features:
  maxBatchSize: 16
  resultsFormat: classification
runner:
  kind: module
  file: model.mjs
`;

const faults: [name: string, from: string, to: string, message: RegExp][] = [
  [
    "an identifier that is too short",
    "abcdefghij",
    "abc",
    /model\.yaml:3:13: identifier is not valid: found "abc", expected ten lower-case letters and digits/,
  ],
  [
    "a version of two parts",
    "version: 1.2.3",
    'version: "1.2"',
    /:4:10: version is not valid: found "1\.2", expected three integers with dots/,
  ],
  ["no name", "name: Example\n", "", /:1:1: name is required/],
  [
    "a size in words",
    "512Ki",
    "half a meg",
    /:12:14: inputs\.input\.txt\.maxSize is not valid: found "half a meg", expected a size such as "1M"/,
  ],
  [
    "a time without a unit",
    "status: 20s",
    'status: "20"',
    /timeout\.status is not valid: found "20", expected a duration/,
  ],
  ["a batch of nothing", "maxBatchSize: 16", "maxBatchSize: 0", /features\.maxBatchSize is not valid: found 0/],
  [
    "media types that are no list",
    "[text/plain, text/html]",
    "text/plain",
    /inputs\.input\.txt\.acceptedMediaTypes is not valid: found "text\/plain"/,
  ],
  [
    "a kind of runner that there is not",
    "kind: module",
    "kind: magic",
    /runner of kind "magic"; there are grpc-container, http-container, module, onnx, open-inference, process/,
  ],
  ["broken YAML", "name: Example", "name: [Example", /model\.yaml:\d+:\d+ is not valid YAML/],
];

describe("reading model.yaml", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-manifest-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("gives sizes in bytes, times in milliseconds and defaults for what may be left out", async () => {
    await writeFile(join(directory, "model.yaml"), valid);
    expect(await readManifest(directory)).toMatchObject({
      identifier: "abcdefghij",
      version: "1.2.3",
      source: "",
      tags: [],
      metrics: [],
      memoryBytes: 1e9,
      cpuCount: 0.5,
      gpuCount: 0,
      labels: [],
      loadTimeoutMs: 20_000,
      runTimeoutMs: 500,
      maximumBatchSize: 16,
      available: true,
      recommended: false,
      directory,
      inputs: [
        {
          name: "input.txt",
          acceptedMediaTypes: ["text/plain", "text/html"],
          maximumSizeBytes: 524_288,
          description: "",
        },
      ],
      runner: { kind: "module", file: "model.mjs" },
    });
  });

  it.each(faults)("refuses %s, naming the place", async (_name, from, to, message) => {
    await writeFile(join(directory, "model.yaml"), valid.replace(from, to));
    await expect(readManifest(directory)).rejects.toThrow(message);
  });
});
