import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runnerKinds } from "../registry.js";
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
    /:4:10: version is not valid: found "1\.2", expected three integers separated by dots/,
  ],
  ["no version", "version: 1.2.3\n", "", /:1:1: version is required/],
  [
    "a time that is likelier in seconds than in milliseconds",
    "status: 20s",
    "status: 20",
    /timeout\.status is not valid: found 20, expected a duration above 0 such as "20s" or "500ms", or a number of milliseconds from 1000/,
  ],
  [
    "a tagged number that is none",
    "count: 0.5",
    "count: !!float half",
    /model\.yaml:21:12: the file is not valid YAML: "half" is not a number/,
  ],
  [
    "a field twice",
    "author: Somebody",
    "name: Somebody",
    /:6:1: the file is not valid: found "name" twice, expected every field once/,
  ],
  [
    "a size in words",
    "512Ki",
    "half a meg",
    /:12:14: inputs\.input\.txt\.maxSize is not valid: found "half a meg", expected a size above 0 such as "1M"/,
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
    new RegExp(`:29:9: runner\\.kind is not valid: found "magic", expected one of ${runnerKinds.join(", ")}\\.$`),
  ],
  ["broken YAML", "name: Example", "name: [Example", /model\.yaml:\d+:\d+: the file is not valid YAML/],
  [
    "a key that there is not, with the one that was meant",
    "maxBatchSize: 16",
    "maxBatchsize: 16",
    /:26:3: features\.maxBatchsize is not known: found 16, expected one of .*\. Did you mean maxBatchSize\?$/,
  ],
  [
    "a mistyped name of what must be there",
    "identifier: abcdefghij",
    "identifer: abcdefghij",
    /:3:1: identifer is not known: .* Did you mean identifier\?$/,
  ],
  [
    "a key that no runner has",
    "file: model.mjs",
    "file: model.mjs\n  fiel: x",
    /:31:3: runner\.fiel is not known: found "x", expected one of kind, file\. Did you mean file\?$/,
  ],
  [
    "a module without a file",
    "  file: model.mjs\n",
    "",
    /:29:3: runner\.file is required: found nothing, expected the file/,
  ],
  [
    "a file that is not there",
    "model.mjs",
    "nope.mjs",
    /:30:9: runner\.file is not valid: found "nope\.mjs", which does not exist, expected a file in the folder of model\.yaml\.$/,
  ],
  [
    "a file of another folder",
    "model.mjs",
    "../outside.mjs",
    /runner\.file .*"\.\.\/outside\.mjs", which is in another folder/,
  ],
  ["a link to another folder", "model.mjs", "link.mjs", /runner\.file .*"link\.mjs", which is in another folder/],
  [
    "rows to explain with that are not there",
    "maxBatchSize: 16",
    "explanationBackground: rows.json",
    /:26:26: features\.explanationBackground .*"rows\.json", which does not exist/,
  ],
  [
    "rows to explain with that are in another folder",
    "maxBatchSize: 16",
    "explanationBackground: ../outside.mjs",
    /:26:26: features\.explanationBackground .*"\.\.\/outside\.mjs", which is in another folder/,
  ],
  [
    "a command in one text",
    "kind: module\n  file: model.mjs",
    "kind: process\n  command: python3 serve.py\n  protocol: http-container",
    /:30:12: runner\.command is not valid: found "python3 serve\.py", expected a list of the program and its parameters/,
  ],
  [
    "a protocol that there is not",
    "kind: module\n  file: model.mjs",
    "kind: process\n  command: [python3]\n  protocol: http",
    /:31:13: runner\.protocol is not valid: found "http", expected one of grpc-container, http-container, open-inference/,
  ],
  [
    "a server without an address",
    "kind: module\n  file: model.mjs",
    "kind: grpc-container",
    /:29:3: runner\.address is required: found nothing, expected an address/,
  ],
  [
    "an activation that there is not",
    "kind: module",
    "kind: onnx\n  preprocess: { kind: tabular, item: a, columns: [{ name: x }] }\n  postprocess: { kind: classification, activation: softmaxx, top: 1 }",
    /:31:52: runner\.postprocess\.activation is not valid: found "softmaxx", expected one of softmax, sigmoid, none/,
  ],
  [
    "tensors that are not described",
    "kind: module\n  file: model.mjs",
    "kind: open-inference\n  address: localhost:1\n  model: x\n  inputs: [{ tensor: a }]",
    /:32:\d+: runner\.inputs\.0/,
  ],
  [
    "a mistyped setting within a part",
    "kind: module\n  file: model.mjs",
    "kind: onnx\n  file: model.mjs\n  preprocess: { kind: tabular, item: a, columns: [{ name: x, meen: 1 }] }\n  postprocess: { kind: tensors }",
    /:31:62: runner\.preprocess\.columns\.0\.meen is not known: .* Did you mean mean\?/,
  ],
  [
    "an unknown specification",
    '"0.4"',
    '"9.9"',
    /:1:16: specification is not valid: found "9\.9", expected "0\.3" or "0\.4"/,
  ],
  [
    "no memory",
    "size: 1G",
    "size: 0M",
    /:19:11: resources\.memory\.size is not valid: found "0M", expected a size above 0/,
  ],
  [
    "more memory than a number can say",
    "size: 1G",
    "size: 999999999999T",
    /memory\.size .*expected a size of at most 1024Ti/,
  ],
  [
    "a time that no timer takes",
    "run: 500ms",
    "run: 1000h",
    /:24:8: timeout\.run is not valid: found "1000h", expected a duration of at most 576h/,
  ],
  [
    "a version beyond a database's numbers",
    "1.2.3",
    "99999999999.0.0",
    /:4:10: version is not valid: found "99999999999\.0\.0"/,
  ],
  [
    "an output with a path",
    "results.json:",
    '"../x.json":',
    /:15:5: outputs\.\.\.\/x\.json is not valid: found "\.\.\/x\.json", expected a valid file name/,
  ],
  [
    "an alias of nothing",
    "summary: An example.",
    "summary: *nothing",
    /:8:12: the file is not valid: found \*nothing, expected an anchor/,
  ],
  ["a text with NUL", "An example.", '"a\\0b"', /:8:12: the file is not valid: found the character NUL/],
];

describe("reading model.yaml", () => {
  let root: string;
  let directory: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-manifest-"));
    directory = join(root, "model");
    await mkdir(directory);
    await writeFile(join(directory, "model.mjs"), "");
    await writeFile(join(root, "outside.mjs"), "");
    await symlink("../outside.mjs", join(directory, "link.mjs"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("returns sizes in bytes, times in milliseconds and defaults for optional fields", async () => {
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

  const refusal = async () => {
    try {
      await readManifest(directory);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it.each(faults)("rejects %s and names the location", async (_name, from, to, message) => {
    await writeFile(join(directory, "model.yaml"), valid.replace(from, to));
    await expect(readManifest(directory)).rejects.toThrow(message);
  });

  it("tells every fault in one run, in the order of the file: of the schema, of limits, of the runner and of its files", async () => {
    const faulty = [
      ["identifier: abcdefghij", "identifer: abc"],
      ["version: 1.2.3", 'version: "1"'],
      ["input.txt:", '"a/b":'],
      ["512Ki", "half a meg"],
      ["size: 1G", "size: 2048T"],
      ["count: 0.5", "count: -1\n  disk: 1"],
      ["run: 500ms", "run: 1000h"],
      ["maxBatchSize: 16", "explanationBackground: rows.json"],
      ["file: model.mjs", "fiel: x\n  other: 1"],
    ].reduce((text, [from = "", to = ""]) => text.replace(from, to), valid);
    await writeFile(join(directory, "model.yaml"), faulty);
    const told = await refusal();
    expect(
      told
        .split("\n")
        .map((line) => /model\.yaml:(\d+):\d+: (\S+) is (not \w+|required)/.exec(line)?.slice(1).join(" ")),
    ).toEqual([
      "3 identifer not known",
      "4 version not valid",
      "11 inputs.a/b not valid",
      "12 inputs.a/b.maxSize not valid",
      "19 resources.memory.size not valid",
      "21 resources.cpu.count not valid",
      "22 resources.disk not known",
      "25 timeout.run not valid",
      "27 features.explanationBackground not valid",
      "31 runner.fiel not known",
      "32 runner.other not known",
    ]);
  });

  it("tells the faults of all parts of a runner, and counts those that are too many to list", async () => {
    const onnx = valid.replace(
      "kind: module\n  file: model.mjs",
      "kind: onnx\n  preprocess: { kind: tabular, item: a, columns: [{ name: x, meen: 1 }] }\n  postprocess: { kind: classification, activation: softmaxx, top: 1 }",
    );
    await writeFile(join(directory, "model.yaml"), onnx);
    await expect(readManifest(directory)).rejects.toThrow(
      /runner\.file is required.*\n.*runner\.preprocess\.columns\.0\.meen is not known.*\n.*runner\.postprocess\.activation is not valid.*\n?/,
    );
    const many = Array.from({ length: 30 }, (_, at) => `unknown${at}: 1`).join("\n");
    await writeFile(join(directory, "model.yaml"), `${valid}${many}\n`);
    const told = await refusal();
    expect(told.split("\n")).toHaveLength(21);
    expect(told).toMatch(/\n10 more faults are not listed\.$/);
  });

  it("keeps what is in a file out of the log", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    await writeFile(join(directory, "model.yaml"), `${valid}? {forged: line}\n: 1\n`);
    await expect(readManifest(directory)).rejects.toThrow(/is not known/);
    // Warnings are emitted in the next turn.
    await new Promise(setImmediate);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  it("names the expected path of a missing or oversized model.yaml", async () => {
    await expect(readManifest(directory)).rejects.toThrow(/model\.yaml:1:1: the file is required: found nothing/);
    await writeFile(join(directory, "model.yaml"), `${valid}# ${"x".repeat(2 ** 15)}`);
    await expect(readManifest(directory)).rejects.toThrow(/found \d+ bytes, expected at most 32768/);
  });

  it("reads a file with a byte order mark, and names other encodings", async () => {
    await writeFile(join(directory, "model.yaml"), `\uFEFF${valid}`);
    expect(await readManifest(directory)).toMatchObject({ identifier: "abcdefghij" });
    await writeFile(join(directory, "model.yaml"), Buffer.from(`\uFEFF${valid}`, "utf16le"));
    await expect(readManifest(directory)).rejects.toThrow(/model\.yaml:1:1: the file is UTF-16 text: convert it to/);
    await writeFile(join(directory, "model.yaml"), Buffer.from(valid.replace("Somebody", "Ren\xe9"), "latin1"));
    await expect(readManifest(directory)).rejects.toThrow(
      /model\.yaml:1:1: the file is not UTF-8 text: byte \d+ is 0xE9/,
    );
  });

  it("rejects aliases that expand beyond memory", async () => {
    const rows = Array.from(
      { length: 9 },
      (_, level) => `r${level + 1}: &r${level + 1} [${Array(10).fill(`*r${level}`).join(", ")}]`,
    );
    await writeFile(join(directory, "model.yaml"), `r0: &r0 [x]\n${rows.join("\n")}\n`);
    await expect(readManifest(directory)).rejects.toThrow(/model\.yaml:2:10: the file is not valid: found aliases/);
    await writeFile(join(directory, "model.yaml"), `r0: &r0 x\nr1: [${"*r0, ".repeat(101)}]\n`);
    await expect(readManifest(directory)).rejects.toThrow(
      /model\.yaml:2:506: the file is not valid: found more than 100 aliases, expected at most 100\.$/,
    );
  });

  it("accepts the specification as a number", async () => {
    await writeFile(join(directory, "model.yaml"), valid.replace('"0.4"', "0.4"));
    expect((await readManifest(directory)).version).toBe("1.2.3");
  });
});
