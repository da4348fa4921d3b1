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
      /model\.yaml:1:1: identifier is required: found nothing here or in docker_metadata\.yaml, expected lines such as "identifier: abcdefghij" \(.*\) and "runner: \{ kind: grpc-container, image: registry\.example\.com\/name:tag \}"\.$/,
    );
    await expect(read(http, "id: abcdefghij\n")).rejects.toThrow(
      /:1:1: runner is required: .* expected a line such as "runner: \{ kind: http-container, image:/,
    );
    await expect(read(grpc, metadata.replace("abcdefghij", "ABC"))).rejects.toThrow(
      /identifier is required: found the id "ABC" in docker_metadata\.yaml, expected ten lower-case/,
    );
  });

  it("of an older 0.4 uses other feature names", async () => {
    const older = grpc.replace(/features:[\s\S]*$/, "features:\n  explainable: false\n  driftDetection: true\n");
    expect(await read(older, metadata)).toMatchObject({ maximumBatchSize: 1, explanationFormat: null });
  });
});
