import {
  formatWireDate,
  type Model,
  type ModelExplanation,
  type ModelFeature,
  type ModelImage,
  type ModelTag,
  type ModelVersion,
} from "@millrace/contract";
import type { ModelManifest } from "@millrace/runners";
import { explainableOf } from "./explainable.js";

/** A model version as read by SQL. */
export interface VersionRow {
  readonly model_identifier: string;
  readonly version: string;
  readonly status: string;
  readonly manifest: Omit<ModelManifest, "directory">;
  readonly minimum_engines: number;
  readonly maximum_engines: number;
  /** Null for a version found in a models directory. */
  readonly created_by_email: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** @param versions all versions of one model, oldest first. */
export function toModel(versions: readonly VersionRow[], images: readonly ModelImage[] = []): Model {
  const active = versions.filter((row) => row.status === "active");
  const latest = active.at(-1) ?? versions.at(-1);
  if (latest === undefined) throw new Error("A model without versions cannot be shown.");
  const { manifest } = latest;
  const activatedAt = active.map((row) => row.updated_at.getTime());
  return {
    modelId: latest.model_identifier,
    identifier: latest.model_identifier,
    name: manifest.name,
    latestVersion: versions.at(-1)?.version ?? latest.version,
    versions: versions.map((row) => row.version),
    latestActiveVersion: active.at(-1)?.version ?? "",
    activeVersions: active.map((row) => row.version),
    author: manifest.author,
    description: manifest.summary,
    longDescription: manifest.details,
    permalink: `${latest.model_identifier}-${slug(manifest.name)}`,
    sourceType: manifest.source,
    features: featuresOf(manifest),
    tags: manifest.tags.map(toTag),
    images: [...images],
    snapshotImages: [],
    isActive: active.length > 0,
    isAvailable: manifest.available,
    isRecommended: manifest.recommended,
    isCommercial: false,
    isExperimental: manifest.experimental,
    isExpired: false,
    createdByEmail: versions[0]?.created_by_email ?? "",
    createdByFullName: manifest.author,
    visibility: { scope: "ALL" },
    lastActiveDateTime: activatedAt.length === 0 ? null : formatWireDate(new Date(Math.max(...activatedAt))),
    creationDateTime: formatWireDate(versions[0]?.created_at ?? latest.created_at),
    updateDateTime: formatWireDate(latest.updated_at),
  };
}

/** @param versions all versions of the model that `row` belongs to, oldest first. */
export function toModelVersion(
  row: VersionRow,
  versions: readonly VersionRow[],
  samples: { input: string; output: string },
): ModelVersion {
  const { manifest } = row;
  return {
    version: row.version,
    createdAt: formatWireDate(row.created_at),
    updatedAt: formatWireDate(row.updated_at),
    createdBy: manifest.author,
    status: row.status,
    isActive: row.status !== "inactive",
    isAvailable: manifest.available,
    longDescription: manifest.details,
    technicalDetails: manifest.technical,
    performanceSummary: manifest.performance,
    sourceType: manifest.source,
    versionHistory: manifest.releaseNotes,
    inputValidationSchema: "",
    timeout: { status: manifest.loadTimeoutMs, run: manifest.runTimeoutMs },
    requirement: {
      requirementId: 1,
      gpuUnits: manifest.gpuCount,
      cpuAmount: `${Math.round(manifest.cpuCount * 1000)}m`,
      memoryAmount: `${(manifest.memoryBytes / 2 ** 30).toFixed(2)}Gi`,
    },
    inputs: manifest.inputs.map((input) => ({
      name: input.name,
      acceptedMediaTypes: input.acceptedMediaTypes.join(","),
      maximumSize: input.maximumSizeBytes,
      description: input.description,
    })),
    outputs: manifest.outputs.map((output) => ({
      name: output.name,
      mediaType: output.mediaType,
      mediaTypes: output.mediaType,
      maximumSize: output.maximumSizeBytes,
      description: output.description,
    })),
    statistics: manifest.metrics.map((metric, order) => ({
      label: metric.label,
      category: "performance",
      type: metric.type,
      description: metric.description,
      highlight: order === 0,
      order,
      value: metric.value,
    })),
    sampleInput: samples.input,
    sampleOutput: samples.output,
    processing: { minimumParallelCapacity: row.minimum_engines, maximumParallelCapacity: row.maximum_engines },
    features: featuresOf(manifest),
    model: toModel(versions),
  };
}

function featuresOf(manifest: VersionRow["manifest"]): ModelFeature[] {
  const own = manifest.explanationFormat;
  const explainable = explainableOf(manifest);
  const format = own ?? explainable?.format;
  if (format === undefined) return [];
  const description =
    own === null
      ? `Explained by the platform as ${explainable?.kind}: ${explainable?.methods.join(", ")}.`
      : `Returns its own explanations in the format ${own}.`;
  const explanation: ModelExplanation = {
    format,
    isOwn: own !== null,
    kind: explainable?.kind ?? null,
    methods: [...(explainable?.methods ?? [])],
    samples: explainable?.samples ?? null,
  };
  return [{ identifier: "explainable", name: "Explainable", description, explanation }];
}

function toTag(name: string): ModelTag {
  return {
    identifier: slug(name).replaceAll("-", "_"),
    name,
    dataType: "String",
    isCategorical: true,
    isUserCreated: false,
    images: [],
  };
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
