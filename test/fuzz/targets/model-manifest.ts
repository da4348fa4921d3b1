import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManifestError } from "../../../packages/runners/src/manifest/manifest-fault.ts";
import { readManifest } from "../../../packages/runners/src/manifest/read-manifest.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

const directory = mkdtempSync(join(tmpdir(), "millrace-fuzz-manifest-"));
writeFileSync(join(directory, "run.mjs"), "");
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

const published = (head: string, tail: string) => `${head}source: null
version: 0.1.0
name: Basic
description: {summary: Says what is in a picture.}
inputs:
  image: {acceptedMediaTypes: [image/jpeg], maxSize: 5M}
outputs:
  results.json: {mediaType: application/json, maxSize: 1M}
resources: {memory: {size: 512M}, cpu: {count: 1}, gpu: {count: 0}}
timeout: {status: 20s, run: 20s}
${tail}`;

/** A model.yaml in our format or a published one: sizes and times in bounds, or a sentence for each fault that begins with its place. */
export const target: FuzzTarget = {
  seeds: [
    published(
      "specification: '0.3'\ntype: file\n",
      "identifier: abcdefghij\ninternal: {recommended: false, experimental: false, available: true, features: {maxBatchSize: 4}}\nrunner: {kind: http-container, image: a/b:1}\n",
    ),
    published(
      "specification: '0.4'\ntype: grpc\n",
      "identifier: abcdefghij\nfeatures: {maxBatchSize: 8, resultsFormat: x, explanationFormat: y}\nrunner: {kind: grpc-container, address: '127.0.0.1:1'}\n",
    ),
    published(
      "identifier: abcdefghij\n",
      "runner: {kind: module, module: run.mjs}\nfeatures: &f {maxBatchDelay: 5ms}\ninternal: {features: *f}\n",
    ),
  ],
  dictionary: [
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "!!js ",
    "? ",
    "- ",
    ": ",
    "__proto__: ",
    "constructor: ",
    "toString: ",
    "|\n",
    "---\n",
    "%YAML 1.1\n",
    "..",
    "/",
    "1e9",
    "99999999999T",
    "\u0000",
    "\t",
    "kind: ",
    "runner: ",
  ],
  async run(data) {
    writeFileSync(join(directory, "model.yaml"), data);
    let error: unknown;
    const manifest = await readManifest(directory).catch((reason: unknown) => void (error = reason));
    if (manifest === undefined || manifest === null) {
      throwsOnly([Error, ManifestError], () => {
        throw error;
      });
      holds(
        (error as Error).message.split("\n").every((line) => /^.*(model\.yaml:\d+:\d+: |\d+ more faults? )/.test(line)),
        `every line of an error begins with its place: ${String(error)}`,
      );
      return;
    }
    const { memoryBytes, loadTimeoutMs, runTimeoutMs, inputs, outputs } = manifest;
    holds(
      [memoryBytes, loadTimeoutMs, runTimeoutMs].every((value) => Number.isSafeInteger(value)),
      "quantities are whole numbers",
    );
    for (const { name } of [...inputs, ...outputs]) holds(!/[/\0]|^\.\.?$/.test(name), "names are names of files");
  },
};
