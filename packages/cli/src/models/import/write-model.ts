import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkModel } from "@millrace/runners";
import { stringify } from "yaml";
import { newIdentifier } from "../new-identifier.js";
import type { ImportedModel } from "./imported-model.js";
import type { SourceFolder } from "./source-folder.js";

const sampleName = "my-input";
const mebibyte = 2 ** 20;

/**
 * Writes a deployable model. Its expected output is what it answers when it runs.
 *
 * @param weightBytes the size of all that it loads.
 * @returns the files that were written, below `folder`.
 * @throws ModelCheckError when it cannot run; its files are there then, without an expected output.
 */
export async function writeModel(
  model: ImportedModel,
  {
    source,
    folder,
    weightBytes,
    signal,
  }: { source?: SourceFolder; folder: string; weightBytes: number; signal: AbortSignal },
): Promise<string[]> {
  const files: string[] = [];
  const write = async (file: string, content: string | Uint8Array) => {
    const target = join(folder, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    files.push(file);
  };
  const identifier = newIdentifier();
  for (const [target, name] of model.copied) {
    await source?.copy(name, join(folder, target));
    files.push(target);
  }
  for (const [file, content] of model.written) await write(file, content);
  await write(
    "model.yaml",
    stringify(manifestOf(model, identifier, weightBytes), { lineWidth: 120, compat: "yaml-1.1" }),
  );
  const { type, value } = model.sample;
  const submission = {
    model: { identifier, version: "1.0.0" },
    input: { type, sources: { [sampleName]: { [model.input.name]: value } } },
  };
  await write("samples/input.json", `${JSON.stringify(submission, undefined, 2)}\n`);
  const { answers } = await checkModel(folder, { signal });
  await write("samples/output.json", `${JSON.stringify({ results: answers }, undefined, 2)}\n`);
  return files.sort();
}

function manifestOf(model: ImportedModel, identifier: string, weightBytes: number): Readonly<Record<string, unknown>> {
  const { name, summary, input, isClassifier, background, maxBatchSize, runner } = model;
  // Weights are in memory up to twice while they load; the rest is for the runtime and its tensors.
  const memory = Math.ceil((2 * weightBytes) / mebibyte / 256) * 256 + 256;
  return {
    specification: "0.4",
    identifier,
    version: "1.0.0",
    name,
    author: "",
    description: { summary },
    releaseNotes: "1.0.0 - First release.",
    tags: [],
    inputs: {
      [input.name]: { acceptedMediaTypes: input.mediaTypes, maxSize: "20M", description: input.description },
    },
    outputs: {
      "results.json": {
        mediaType: "application/json",
        maxSize: "1M",
        description: isClassifier
          ? "The classes with their scores, the most probable first."
          : "The model's outputs as numbers.",
      },
    },
    resources: { memory: { size: `${memory}M` }, cpu: { count: 1 } },
    timeout: { status: "60s", run: "60s" },
    features: {
      maxBatchSize,
      ...(isClassifier ? { resultsFormat: "classification" } : {}),
      ...(background === undefined ? {} : { explanationBackground: background }),
    },
    runner,
  };
}
