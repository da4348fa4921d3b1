import { bounds, closed, ignoredFields } from "@millrace/contract";
import { maximumTimeoutMs } from "@millrace/runners";
import Type from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { behaviourOf } from "./behaviour.js";
import { CapacityChange } from "./capacity.js";
import type { VersionRow } from "./model-body.js";
import { unknownVersion, type VersionReference } from "./version-reference.js";

type Manifest = VersionRow["manifest"];

const optional = <Schema extends Type.TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]));
const text = optional(Type.String({ maxLength: bounds.text }));
const mediaTypes = optional(
  Type.String({
    pattern: "^[\\x21-\\x7e][\\x20-\\x7e]{0,999}$",
    maxLength: 1_000,
    description: "media types such as text/plain, comma-separated, at most 1,000 printable ASCII characters",
  }),
);
const Size = Type.Integer({ minimum: 1, maximum: 2 ** 50 });
const FileName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[^/\\\\\\u0000-\\u001f]{1,255}$",
  description: "a file name of 1 to 255 characters",
});
const Timeout = Type.Integer({ minimum: 1, maximum: maximumTimeoutMs });

/** Fields of a version that a client may set, with its capacity (capacity.ts); omitted or null fields are left unchanged (contract 2.5.2). */
export const VersionDescription = Type.Object(
  {
    longDescription: text,
    technicalDetails: text,
    performanceSummary: text,
    timeout: optional(Type.Object({ status: Timeout, run: Timeout }, closed)),
    inputs: optional(
      Type.Array(
        Type.Object(
          {
            name: FileName,
            acceptedMediaTypes: mediaTypes,
            maximumSize: optional(Size),
            description: text,
          },
          closed,
        ),
        { minItems: 1, maxItems: 1_000 },
      ),
    ),
    outputs: optional(
      Type.Array(
        Type.Object(
          {
            name: FileName,
            mediaType: mediaTypes,
            maximumSize: optional(Size),
            description: text,
            ...ignoredFields.versionOutput,
          },
          closed,
        ),
        {
          minItems: 1,
          maxItems: 1_000,
        },
      ),
    ),
    statistics: optional(
      Type.Array(
        Type.Object(
          {
            label: Type.String({ maxLength: bounds.name }),
            type: text,
            value: Type.Number(),
            description: text,
            ...ignoredFields.versionStatistic,
          },
          closed,
        ),
        { maxItems: 1_000 },
      ),
    ),
    /** A deprecated version accepts jobs but is no longer the model's latest. */
    status: optional(Type.Enum(["active", "deprecated", "inactive"])),
    ...CapacityChange.properties,
    ...ignoredFields.version,
  },
  closed,
);
type Description = Type.Static<typeof VersionDescription>;

/** @throws MillraceError `invalid_request` naming the field. */
export const parseVersionDescription = bodyParser(VersionDescription);

export const ModelDescription = Type.Object(
  {
    description: text,
    tags: optional(Type.Array(Type.String({ minLength: 1, maxLength: bounds.name }), { maxItems: 1_000 })),
  },
  closed,
);
const modelDescription = Compile(ModelDescription);

const defaultMaximumBytes = 1_000_000;

/**
 * Updates the description of a version, and activates or deactivates it.
 *
 * @throws MillraceError `conflict` when activating a version that never ran its test input.
 */
export async function updateVersion(database: Database, reference: VersionReference, body: Description): Promise<void> {
  const { rows } = await database.query<{
    manifest: Manifest;
    manifest_text: string;
    loaded_at: Date | null;
    status: string;
    is_deployed: boolean;
  }>(
    `SELECT manifest, manifest::text AS manifest_text, loaded_at, status, container_image IS NOT NULL OR manifest->'runner'->>'kind' = 'container' AS is_deployed
     FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2`,
    [reference.model, reference.version],
  );
  const found = rows[0];
  if (found === undefined) {
    throw unknownVersion(reference);
  }
  if (body.status === "active" && found.is_deployed && found.loaded_at === null) {
    throw new MillraceError(
      "conflict",
      `Version ${reference.version} of model ${reference.model} has not been loaded: POST .../load-process first; it reports what is wrong.`,
    );
  }
  const changed = apply(found.manifest, body);
  refuseOtherBehaviour(reference, found, changed);
  const { rowCount } = await database.query(
    `UPDATE millrace.model_versions SET manifest = $3, status = $4, updated_at = now()
     WHERE model_identifier = $1 AND version = $2 AND status = $5 AND manifest::text = $6`,
    [
      reference.model,
      reference.version,
      JSON.stringify(changed),
      body.status ?? found.status,
      found.status,
      found.manifest_text,
    ],
  );
  if (rowCount === 0)
    throw new MillraceError(
      "conflict",
      `Version ${reference.version} of model ${reference.model} was changed by another request at the same time: try again.`,
    );
}

/** The descriptive fields of an active version may change; its inputs and outputs may not. */
function refuseOtherBehaviour(
  { model, version }: VersionReference,
  { status, manifest }: { readonly status: string; readonly manifest: Manifest },
  changed: Manifest,
): void {
  if (status === "inactive") return;
  const before = behaviourOf(manifest);
  const other = Object.entries(behaviourOf(changed)).find(
    ([part, value]) => JSON.stringify(value) !== JSON.stringify(before[part]),
  );
  if (other === undefined) return;
  throw new MillraceError(
    "conflict",
    `Version ${version} of model ${model} is ${status}, so its ${other[0]} cannot change: create a new version.`,
  );
}

/** Updates a model's summary and tags in all its versions. */
export async function updateModel(database: Database, identifier: string, body: unknown): Promise<void> {
  if (!modelDescription.Check(body)) {
    throw new MillraceError("invalid_request", describeMismatch("The body", body, modelDescription));
  }
  const { rows } = await database.query<{ version: string; manifest: Manifest }>(
    "SELECT version, manifest FROM millrace.model_versions WHERE model_identifier = $1",
    [identifier],
  );
  if (rows.length === 0) throw new MillraceError("not_found", `There is no model ${JSON.stringify(identifier)}.`);
  for (const { version, manifest } of rows) {
    const changed = { ...manifest, summary: body.description ?? manifest.summary, tags: body.tags ?? manifest.tags };
    await database.query(
      "UPDATE millrace.model_versions SET manifest = $3, updated_at = now() WHERE model_identifier = $1 AND version = $2",
      [identifier, version, JSON.stringify(changed)],
    );
  }
}

function apply(manifest: Manifest, body: Description): Manifest {
  return {
    ...manifest,
    details: body.longDescription ?? manifest.details,
    technical: body.technicalDetails ?? manifest.technical,
    performance: body.performanceSummary ?? manifest.performance,
    loadTimeoutMs: body.timeout?.status ?? manifest.loadTimeoutMs,
    runTimeoutMs: body.timeout?.run ?? manifest.runTimeoutMs,
    inputs:
      body.inputs?.map((input) => ({
        name: input.name,
        acceptedMediaTypes: (input.acceptedMediaTypes ?? "application/json").split(",").map((type) => type.trim()),
        maximumSizeBytes: input.maximumSize ?? defaultMaximumBytes,
        description: input.description ?? "",
      })) ?? manifest.inputs,
    outputs:
      body.outputs?.map((output) => ({
        name: output.name,
        mediaType: output.mediaType ?? "application/json",
        maximumSizeBytes: output.maximumSize ?? defaultMaximumBytes,
        description: output.description ?? "",
      })) ?? manifest.outputs,
    metrics:
      body.statistics?.map((statistic) => ({
        label: statistic.label,
        type: statistic.type ?? "",
        value: statistic.value,
        description: statistic.description ?? "",
      })) ?? manifest.metrics,
  };
}
