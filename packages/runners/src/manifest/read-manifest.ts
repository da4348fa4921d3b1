import { realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { LineCounter, parseDocument, visit } from "yaml";
import { readContainerMetadata } from "./container-metadata.js";
import type { ModelManifest } from "./manifest.js";
import { describeManifestFault, findSchemaFault, type ManifestFault, type YamlFile } from "./manifest-fault.js";
import { manifestFile, type ManifestFile } from "./manifest-file.js";
import { unlessMissing } from "./missing-file.js";
import { isPlainFileName } from "./plain-file-name.js";
import { maximumTimeoutMs, parseDurationMs, parseSizeBytes } from "./quantities.js";
import { isRunnerKind, type RunnerKind } from "../registry.js";
import { filesOfRunner, findRunnerFault } from "./runner-fault.js";
import { readYamlText } from "./yaml-text.js";

const maximumBytes = 2 ** 50;

/** What the published specifications call the kinds of runner. */
const kindOfType: Readonly<Record<string, RunnerKind>> = { grpc: "grpc-container", file: "http-container" };

/**
 * Reads `<directory>/model.yaml`; what it does not say itself comes from `docker_metadata.yaml` beside it.
 *
 * @throws Error with one sentence: file, line and column, field, what was found and what was expected.
 */
export async function readManifest(directory: string): Promise<ModelManifest> {
  const root = resolve(directory);
  const yaml = await readYaml(join(root, "model.yaml"));
  const refuse = (fault: ManifestFault) => new Error(describeManifestFault(yaml, fault));
  const value = toValue(yaml);
  const fault = findSchemaFault(manifestFile, value);
  if (fault !== undefined) throw refuse(fault);
  const file = value as ManifestFile;
  const found = findNameFault(file) ?? findQuantityFault(file);
  if (found !== undefined) throw refuse(found);
  const { identifier, runner } = await complete(file, root, refuse);
  const manifest = toManifest(file, root, identifier, runner);
  const wrong = (await findRunnerFault(runner)) ?? (await findFileFault(root, await filesOf(file, runner)));
  if (wrong !== undefined) throw refuse(wrong);
  return manifest;
}

async function readYaml(file: string): Promise<YamlFile> {
  const lines = new LineCounter();
  const text = await readYamlText(file);
  if (text === undefined) throw new Error(`${file}:1:1: the file is required: found nothing, expected a model.yaml.`);
  // Warnings would go to the log of the server, with parts of the file.
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
  const [fault] = document.errors;
  if (fault === undefined) return { file, document, lines };
  const { line, col } = lines.linePos(fault.pos[0]);
  const reason = fault.message.split("\n")[0]?.split(" at line")[0];
  throw new Error(`${file}:${line}:${col}: the file is not valid YAML: ${reason}.`);
}

function toValue({ file, document, lines }: YamlFile): unknown {
  const refuse = (offset: number, found: string, expected: string) => {
    const { line, col } = lines.linePos(offset);
    return new Error(`${file}:${line}:${col}: the file is not valid: found ${found}, expected ${expected}.`);
  };
  let firstAlias: number | undefined;
  visit(document, {
    Alias(_key, node) {
      const offset = node.range?.[0] ?? 0;
      firstAlias ??= offset;
      if (node.resolve(document) === undefined)
        throw refuse(offset, `*${node.source}`, `an anchor &${node.source} before it`);
    },
    Scalar(_key, node) {
      if (typeof node.value === "string" && node.value.includes("\u0000"))
        throw refuse(node.range?.[0] ?? 0, "the character NUL", "a string without it");
    },
  });
  try {
    return document.toJS() as unknown;
  } catch {
    throw refuse(firstAlias ?? 0, "aliases that expand to too much", "at most 100 of them");
  }
}

/** The fields that the published format does not have, or has elsewhere. */
async function complete(
  file: ManifestFile,
  directory: string,
  refuse: (fault: ManifestFault) => Error,
): Promise<{ identifier: string; runner: ModelManifest["runner"] }> {
  const own = file.runner ?? {};
  const type = kindOfType[file.type ?? ""] ?? file.type;
  const kind = own["kind"] ?? (isRunnerKind(type) ? type : undefined);
  const isServer = kind === "grpc-container" || kind === "http-container";
  const lacksPlace = file.runner === undefined || (isServer && !("address" in own || "image" in own));
  const metadata = file.identifier === undefined || lacksPlace ? await readContainerMetadata(directory) : {};
  const image = lacksPlace && metadata.image !== undefined ? { image: `${metadata.image}:${file.version}` } : {};
  const identifier = file.identifier ?? metadata.identifier;
  const hasRunner = file.runner !== undefined || "image" in image;
  const missing = [
    ...(identifier === undefined ? ['"identifier: abcdefghij" (ten lower-case letters and digits of your own)'] : []),
    ...(hasRunner
      ? []
      : [
          `"runner: { kind: ${typeof kind === "string" ? kind : "grpc-container"}, image: registry.example.com/name:tag }"`,
        ]),
  ];
  if (missing.length > 0)
    throw refuse({
      path: [identifier === undefined ? "identifier" : "runner"],
      is: "missing",
      found: "nothing here or in docker_metadata.yaml",
      expected: `${missing.length === 1 ? "a line" : "lines"} such as ${missing.join(" and ")}`,
    });
  if (identifier === undefined || !/^[a-z0-9]{10}$/.test(identifier))
    throw refuse({
      path: ["identifier"],
      is: "missing",
      found: `the id ${JSON.stringify(identifier)} in docker_metadata.yaml`,
      expected: "ten lower-case letters and digits",
    });
  if (kind === undefined) throw refuse({ path: ["runner", "kind"], is: "missing", expected: "the kind of the runner" });
  return { identifier, runner: { ...image, ...own, kind: typeof kind === "string" ? kind : JSON.stringify(kind) } };
}

function findNameFault(file: ManifestFile): ManifestFault | undefined {
  for (const part of ["inputs", "outputs"] as const)
    for (const name of Object.keys(file[part]))
      if (!isPlainFileName(name))
        return { path: [part, name], found: JSON.stringify(name), expected: "a valid file name" };
  return undefined;
}

function findQuantityFault(file: ManifestFile): ManifestFault | undefined {
  const sizes = [
    { path: ["resources", "memory", "size"], text: file.resources.memory.size },
    ...(["inputs", "outputs"] as const).flatMap((part) =>
      Object.entries(file[part]).map(([name, { maxSize }]) => ({ path: [part, name, "maxSize"], text: maxSize })),
    ),
  ];
  const durations = [
    { path: ["timeout", "status"], text: file.timeout.status },
    { path: ["timeout", "run"], text: file.timeout.run },
    { path: ["features", "maxBatchDelay"], text: file.features?.maxBatchDelay ?? "0s" },
    { path: ["internal", "features", "maxBatchDelay"], text: file.internal?.features?.maxBatchDelay ?? "0s" },
  ];
  const size = sizes.find(({ text }) => parseSizeBytes(text) > maximumBytes);
  if (size !== undefined) return { path: size.path, expected: "a size of at most 1024Ti" };
  const duration = durations.find(({ text }) => parseDurationMs(text) > maximumTimeoutMs);
  if (duration === undefined) return undefined;
  return { path: duration.path, expected: `a duration of at most ${maximumTimeoutMs / 3_600_000}h` };
}

async function filesOf(file: ManifestFile, runner: ModelManifest["runner"]) {
  const background = [
    { path: ["features", "explanationBackground"], name: file.features?.explanationBackground },
    { path: ["internal", "features", "explanationBackground"], name: file.internal?.features?.explanationBackground },
  ];
  const named = background.flatMap(({ path, name }) => (name === undefined ? [] : [{ path, name }]));
  return [...(await filesOfRunner(runner)), ...named];
}

async function findFileFault(
  directory: string,
  files: readonly { readonly path: readonly string[]; readonly name: string }[],
): Promise<ManifestFault | undefined> {
  const root = await realpath(directory);
  for (const { path, name } of files) {
    const place = await unlessMissing(realpath(join(root, name)));
    const isThere = place !== undefined && (await stat(place)).isFile();
    if (isThere && place.startsWith(root + sep)) continue;
    const found = `${JSON.stringify(name)}, which ${isThere ? "is in another folder" : "does not exist"}`;
    return { path, found, expected: "a file in the folder of model.yaml" };
  }
  return undefined;
}

function toManifest(
  file: ManifestFile,
  directory: string,
  identifier: string,
  runner: ModelManifest["runner"],
): ModelManifest {
  const features = { ...file.internal?.features, ...file.features };
  return {
    identifier,
    version: file.version,
    name: file.name,
    author: file.author ?? "",
    source: file.source ?? "",
    summary: file.description.summary,
    details: file.description.details ?? "",
    technical: file.description.technical ?? "",
    performance: file.description.performance ?? "",
    releaseNotes: file.releaseNotes ?? "",
    tags: file.tags ?? [],
    metrics: (file.metrics ?? []).map((metric) => ({ ...metric, description: metric.description ?? "" })),
    inputs: Object.entries(file.inputs).map(([name, input]) => ({
      name,
      acceptedMediaTypes: input.acceptedMediaTypes,
      maximumSizeBytes: parseSizeBytes(input.maxSize),
      description: input.description ?? "",
    })),
    outputs: Object.entries(file.outputs).map(([name, output]) => ({
      name,
      mediaType: output.mediaType,
      maximumSizeBytes: parseSizeBytes(output.maxSize),
      description: output.description ?? "",
    })),
    memoryBytes: parseSizeBytes(file.resources.memory.size),
    cpuCount: file.resources.cpu.count,
    gpuCount: file.resources.gpu?.count ?? 0,
    ...(file.resources.network === true ? { needsNetwork: true } : {}),
    labels: file.resources.labels ?? [],
    loadTimeoutMs: parseDurationMs(file.timeout.status),
    runTimeoutMs: parseDurationMs(file.timeout.run),
    maximumBatchSize: features.maxBatchSize ?? 1,
    maximumBatchDelayMs: parseDurationMs(features.maxBatchDelay ?? "0s"),
    recommended: file.internal?.recommended ?? false,
    experimental: file.internal?.experimental ?? false,
    available: file.internal?.available ?? true,
    resultsFormat: features.resultsFormat ?? null,
    explanationFormat: features.explanationFormat ?? (features.explainable === true ? "own" : null),
    ...(features.explanationBackground === undefined ? {} : { explanationBackground: features.explanationBackground }),
    directory,
    runner,
  };
}
