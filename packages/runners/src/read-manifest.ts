import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { LineCounter, parseDocument, type Document } from "yaml";
import type { ModelManifest } from "./manifest.js";
import { parseDurationMs, parseSizeBytes } from "./quantities.js";
import { checkRunnerKind } from "./registry.js";

const text = Type.String({ default: "" });
const Size = Type.String({
  pattern: "^\\d+(\\.\\d+)?\\s*([KMGT]i?)?B?$",
  description: 'a size such as "1M" or "512Ki"',
});
const Duration = Type.String({
  pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$",
  description: 'a duration such as "20s" or "500ms"',
});

/** `model.yaml`: specification 0.4 of the Modzy container format, with `identifier` and `runner` besides. */
const ManifestFile = Type.Object({
  specification: Type.Optional(Type.String()),
  identifier: Type.String({ pattern: "^[a-z0-9]{10}$", description: "ten lower-case letters and digits" }),
  version: Type.String({ pattern: "^\\d+\\.\\d+\\.\\d+$", description: "three integers with dots" }),
  name: Type.String({ minLength: 1 }),
  author: Type.Optional(text),
  source: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  description: Type.Object({
    summary: Type.String(),
    details: Type.Optional(text),
    technical: Type.Optional(text),
    performance: Type.Optional(text),
  }),
  releaseNotes: Type.Optional(text),
  tags: Type.Optional(Type.Array(Type.String())),
  metrics: Type.Optional(
    Type.Array(
      Type.Object({
        label: Type.String(),
        type: Type.String(),
        value: Type.Number(),
        description: Type.Optional(text),
      }),
    ),
  ),
  inputs: Type.Record(
    Type.String(),
    Type.Object({
      acceptedMediaTypes: Type.Array(Type.String(), { minItems: 1 }),
      maxSize: Size,
      description: Type.Optional(text),
    }),
    { minProperties: 1 },
  ),
  outputs: Type.Record(
    Type.String(),
    Type.Object({ mediaType: Type.String(), maxSize: Size, description: Type.Optional(text) }),
    { minProperties: 1 },
  ),
  resources: Type.Object({
    memory: Type.Object({ size: Size }),
    cpu: Type.Object({ count: Type.Number({ minimum: 0 }) }),
    gpu: Type.Optional(Type.Object({ count: Type.Integer({ minimum: 0 }) })),
    labels: Type.Optional(Type.Array(Type.String({ pattern: "^[A-Za-z0-9_.-]+$" }))),
  }),
  timeout: Type.Object({ status: Duration, run: Duration }),
  internal: Type.Optional(
    Type.Object({
      recommended: Type.Optional(Type.Boolean()),
      experimental: Type.Optional(Type.Boolean()),
      available: Type.Optional(Type.Boolean()),
    }),
  ),
  features: Type.Optional(
    Type.Object({
      maxBatchSize: Type.Optional(Type.Integer({ minimum: 1 })),
      maxBatchDelay: Type.Optional(Duration),
      resultsFormat: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      explanationFormat: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      explanationBackground: Type.Optional(
        Type.String({ pattern: "^[^/\\\\]+$", description: "the name of a file beside model.yaml" }),
      ),
    }),
  ),
  runner: Type.Object({ kind: Type.String({ minLength: 1 }) }),
});
type ManifestFile = Static<typeof ManifestFile>;

const schema = Compile(ManifestFile);

/**
 * Reads `<directory>/model.yaml`.
 *
 * @throws Error with one sentence: file, line and column, field, what was found and what was expected.
 */
export async function readManifest(directory: string): Promise<ModelManifest> {
  const file = join(resolve(directory), "model.yaml");
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, "utf8"), { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new Error(
      `${file}:${line}:${col} is not valid YAML: ${fault.message.split("\n")[0]?.replace(/ at line.*$/, "")}.`,
    );
  }
  const value: unknown = document.toJS();
  if (!schema.Check(value)) throw new Error(describeFault(file, document, lines, value));
  const manifest = toManifest(value, resolve(directory));
  checkRunnerKind(manifest);
  return manifest;
}

function describeFault(file: string, document: Document, lines: LineCounter, value: unknown): string {
  const error = schema.Errors(value)[0];
  const path = (error?.instancePath ?? "")
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const missing = error?.keyword === "required" ? error.params.requiredProperties[0] : undefined;
  const field = [...path, ...(missing === undefined ? [] : [missing])].join(".") || "the file";
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  const place = `${file}:${line}:${col}`;
  if (missing !== undefined) return `${place}: ${field} is required and is not there.`;
  const found = JSON.stringify(document.getIn(path)) ?? "nothing";
  return `${place}: ${field} is not valid: found ${found}, ${descriptionAt(path) ?? error?.message ?? "expected something else"}.`;
}

function descriptionAt(path: readonly string[]): string | undefined {
  let current: unknown = ManifestFile;
  for (const part of path) {
    const { properties, patternProperties } = current as {
      properties?: Record<string, unknown>;
      patternProperties?: Record<string, unknown>;
    };
    current = properties?.[part] ?? Object.values(patternProperties ?? {})[0] ?? {};
  }
  const { description } = current as { description?: string };
  return description === undefined ? undefined : `expected ${description}`;
}

function toManifest(file: ManifestFile, directory: string): ModelManifest {
  return {
    identifier: file.identifier,
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
    labels: file.resources.labels ?? [],
    loadTimeoutMs: parseDurationMs(file.timeout.status),
    runTimeoutMs: parseDurationMs(file.timeout.run),
    maximumBatchSize: file.features?.maxBatchSize ?? 1,
    maximumBatchDelayMs: parseDurationMs(file.features?.maxBatchDelay ?? "0s"),
    recommended: file.internal?.recommended ?? false,
    experimental: file.internal?.experimental ?? false,
    available: file.internal?.available ?? true,
    resultsFormat: file.features?.resultsFormat ?? null,
    explanationFormat: file.features?.explanationFormat ?? null,
    ...(file.features?.explanationBackground === undefined
      ? {}
      : { explanationBackground: file.features.explanationBackground }),
    directory,
    runner: file.runner,
  };
}
