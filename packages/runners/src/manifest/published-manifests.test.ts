import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "./read-manifest.js";

// Shaped like the files of the published templates: every key that they have, and none of ours.
const common = `source: null
version: 0.1.0
name: Basic Image Classification
author: Somebody
description:
  summary: Says what is in a picture.
  details: |
    Some *Markdown*.
  technical: Some.
  performance: Good.
releaseNotes: 0.1.0 - First release.
tags: [Image]
filters:
  - type: Task
    label: Classification
metrics:
  - label: Accuracy
    type: percentage
    value: 0.8
    description: Of a test set.
inputs:
  image:
    acceptedMediaTypes: [image/jpeg]
    maxSize: 5M
    description: A picture.
outputs:
  results.json:
    mediaType: application/json
    maxSize: 1M
    description: Classes.
resources:
  memory:
    size: 512M
  cpu:
    count: 1
  gpu:
    count: 0
timeout:
  status: 20s
  run: 20s
`;
const internal = `internal:
  recommended: false
  experimental: false
  available: true
`;
const http = `specification: '0.3'\ntype: file\n${common}${internal}  features:
    explainable: true
    adversarialDefense: false
    maxBatchSize: 4
    somethingElse: 1
`;
const grpc = `specification: '0.4'\ntype: grpc\n${common}${internal}features:
  adversarialDefense: false
  maxBatchSize: 8
  retrainable: false
  resultsFormat: imageClassification
  driftFormat: null
  explanationFormat: imageRLE
`;
const metadata = `dockerMetadata:
  - registry: registry.example.com
    repo_prefix: team
    repo_suffix: basic-image-classification
id: abcdefghij
`;

describe("a published model.yaml", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-published-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const read = async (yaml: string, docker?: string) => {
    await writeFile(join(directory, "model.yaml"), yaml);
    if (docker !== undefined) await writeFile(join(directory, "docker_metadata.yaml"), docker);
    return readManifest(directory);
  };

  it("of 0.4 with a docker_metadata.yaml is a gRPC container", async () => {
    expect(await read(grpc, metadata)).toMatchObject({
      identifier: "abcdefghij",
      version: "0.1.0",
      source: "",
      maximumBatchSize: 8,
      resultsFormat: "imageClassification",
      explanationFormat: "imageRLE",
      runner: { kind: "grpc-container", image: "registry.example.com/team/basic-image-classification:0.1.0" },
    });
  });

  it("of 0.3 is an HTTP container, with its features below `internal`", async () => {
    expect(await read(http, metadata)).toMatchObject({
      maximumBatchSize: 4,
      explanationFormat: "own",
      runner: {
        kind: "http-container",
        image: "registry.example.com/team/basic-image-classification:0.1.0",
      },
    });
  });

  it("gives the path of files in the container, never the folder on the host", async () => {
    const place = "runner: { directory: /exchange }\n";
    expect((await read(http + place, metadata)).runner).toMatchObject({ directory: "/exchange" });
    for (const directory of ["{ here: /etc, there: /exchange }", "exchange", "/etc:/exchange"])
      await expect(read(`${http}runner: { directory: ${directory} }\n`, metadata)).rejects.toThrow(
        /runner\.directory is not valid: .* expected an absolute path in the container/,
      );
  });

  it("works with the two missing lines, and its type decides the kind", async () => {
    const own = `identifier: zyxwvutsrq\nrunner: { address: "10.0.0.7:45000" }\n`;
    expect(await read(grpc + own)).toMatchObject({
      identifier: "zyxwvutsrq",
      runner: { kind: "grpc-container", address: "10.0.0.7:45000" },
    });
    expect((await read(http + own)).runner).toEqual({ kind: "http-container", address: "10.0.0.7:45000" });
  });

  it("without them fails and names what is missing", async () => {
    await expect(read(grpc)).rejects.toThrow(
      /model\.yaml:1:1: identifier is required: found nothing here or in docker_metadata\.yaml, expected a line such as "identifier: abcdefghij" \(.*\)\.\n.*model\.yaml:1:1: runner is required: found nothing .*, expected a line such as "runner: \{ kind: grpc-container, image: registry\.example\.com\/name:tag \}"\.$/,
    );
    await expect(read(http, "id: abcdefghij\n")).rejects.toThrow(
      /:1:1: runner is required: .* expected a line such as "runner: \{ kind: http-container, image:/,
    );
    await expect(read(grpc, metadata.replace("abcdefghij", "ABC"))).rejects.toThrow(
      /identifier is required: found the id "ABC" in docker_metadata\.yaml, expected ten lower-case/,
    );
  });

  // Templates have every field, most of them without a value.
  const unfilled = `source:
version: 0.2.0
name:
author:
description:
  summary:
  details:
  technical: |-
    #OVERVIEW:
  performance:
releaseNotes:
tags:
-
filters:
- type:
  label:
- type: Task
  label:
metrics:
- label:
  type:
  value:
  description:
- label: Accuracy
  type: percentage
  value:
inputs:
  image:
    acceptedMediaTypes:
    - image/jpeg
    -
    maxSize: 5M
    description:
outputs:
  results.json:
    mediaType: application/json
    maxSize: 1M
    description: |

resources:
  memory:
    size: 4G
  cpu:
    count: 1
  gpu:
    count: 1
timeout:
  status: 60s
  run: 60s
internal:
  recommended:
  experimental: false
  available: true
`;
  const noFeatures =
    "features:\n  adversarialDefense: null\n  maxBatchSize: null\n  retrainable:\n  resultsFormat: null\n";
  const number = (text: string) =>
    text.replace("maxSize: 5M", "maxSize: 1024000").replace(/(status|run): 60s/g, "$1: 60000");
  const noResources = (text: string) => text.replace(/(size|count): (4G|1)\n/g, "$1:\n");

  const plain = { version: "0.2.0", name: "basic-image-classification", summary: "", tags: [], metrics: [] };
  it.each<[string, string, object]>([
    [
      "0.4 with nulls in the description and the features",
      `specification: '0.4'\ntype: grpc\n${unfilled}${noFeatures}`,
      { ...plain, maximumBatchSize: 1, recommended: false, gpuCount: 1, resultsFormat: null },
    ],
    [
      "0.4 whose features have formats",
      `specification: "0.4"\ntype: grpc\n${unfilled}features:\n  adversarialDefense:\n  maxBatchSize: 8\n  resultsFormat: textClassification\n  explanationFormat: textClassification\n`,
      { ...plain, maximumBatchSize: 8, resultsFormat: "textClassification" },
    ],
    [
      "0.4 with features that there are not, without a value",
      `specification: '0.4'\ntype: file\n${unfilled}features:\n  nothingElse:\n`,
      { ...plain, runner: { kind: "http-container" } },
    ],
    [
      "0.3 with a tagged number",
      `specification: '0.3'\ntype: file\n${unfilled.replace("  value:\n  description:", "  value: !!float '1'\n  description:").replace("- label:\n  type:\n  value: !!", "- label: Deterministic\n  type: percentage\n  value: !!")}  features:\n    explainable: false\n    adversarialDefense:\n`,
      { metrics: [{ label: "Deterministic", type: "percentage", value: 1, description: "" }] },
    ],
    [
      "0.3 with sizes and times as numbers, on a machine of the platform",
      `specification: '0.3'\ntype: file\n${noResources(number(unfilled))}requirement:\n  requirementId: -3\nfeatures:\n  explainable: false\n`,
      {
        inputs: [{ name: "image", acceptedMediaTypes: ["image/jpeg"], maximumSizeBytes: 1_024_000, description: "" }],
        loadTimeoutMs: 60_000,
        memoryBytes: 512 * 2 ** 20,
        cpuCount: 1,
        gpuCount: 0,
      },
    ],
    [
      "0.3 that says whether it is active",
      `specification: "0.3"\ntype: "file"\n${unfilled}  active: true\n  features: {explainable: , adversarialDefense: false}\n`,
      plain,
    ],
    [
      "0.4 without times and resources",
      `specification: '0.4'\ntype: grpc\n${unfilled.replace(/resources:[\s\S]*?(?=internal:)/, "timeout:\n  status:\n  run:\n")}${noFeatures}`,
      { ...plain, loadTimeoutMs: 60_000, runTimeoutMs: 60_000, memoryBytes: 512 * 2 ** 20 },
    ],
  ])("of %s is read", async (_what, yaml, expected) => {
    expect(await read(yaml, metadata)).toMatchObject({ identifier: "abcdefghij", ...expected });
  });

  it("whose fields have no value where one is needed is told of all of them, at their places", async () => {
    const empty = unfilled
      .replace("version: 0.2.0", "version:")
      .replace("- image/jpeg\n    -", "-")
      .replace("maxSize: 5M", "maxSize:")
      .replace(
        "  results.json:\n    mediaType: application/json\n    maxSize: 1M\n    description: |\n",
        "  results.json:\n",
      );
    await expect(read(`specification: '0.4'\ntype: grpc\n${empty}${noFeatures}`)).rejects.toThrow(
      new RegExp(
        [
          "1:1: identifier is required",
          "1:1: runner is required",
          "4:1: version is required: found nothing, expected three integers",
          "32:5: inputs\\.image\\.acceptedMediaTypes is not valid: found \\[\\], expected a list of media types",
          "33:5: inputs\\.image\\.maxSize is required: found nothing, expected a size",
        ]
          .map((fault) => `model\\.yaml:${fault}`)
          .join("[^\\n]*\\n[^\\n]*") +
          "[^\\n]*\\n[^\\n]*outputs\\.results\\.json\\.mediaType is required[^\\n]*\\n[^\\n]*outputs\\.results\\.json\\.maxSize is required[^\\n]*$",
      ),
    );
  });

  it("of an older 0.4 uses other feature names", async () => {
    const older = grpc.replace(/features:[\s\S]*$/, "features:\n  explainable: false\n  driftDetection: true\n");
    expect(await read(older, metadata)).toMatchObject({ maximumBatchSize: 1, explanationFormat: null });
  });
});
