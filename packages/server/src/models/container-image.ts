import { closed } from "@millrace/contract";
import Type from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import { unknownVersion, type VersionReference } from "./version-reference.js";

export const ImageReference = Type.Object(
  {
    registry: Type.Object(
      {
        url: Type.String({ minLength: 1, maxLength: 2_000, description: "what follows `docker pull`" }),
        username: Type.Optional(Type.String({ maxLength: 256 })),
        password: Type.Optional(Type.String({ maxLength: 16_384 })),
      },
      closed,
    ),
  },
  closed,
);
const imageReference = Compile(ImageReference);

/** What is stored of an image reference: its location, never the registry's credentials. */
interface StoredImage {
  readonly registryHost: string;
  readonly repositoryNamespace: string;
  readonly repositoryName: string;
  readonly tag: string;
}

/** The state of a version's image, as polled by clients. */
export interface ImageState {
  readonly percentage: number;
  readonly uploadStatus: string;
  readonly uploadPercentage: number;
  readonly loadStatus: string;
  readonly loadPercentage: number;
  readonly containerImageSize: number;
  readonly registryHost: string;
  readonly repositoryNamespace: string;
  readonly repositoryName: string;
}

/**
 * Stores the reference of a version's image. `millrace/<identifier>:<version>` names a model version whose files this server
 * has: the new version is then served from those files.
 *
 * @throws MillraceError `invalid_request`; `not_found`; `conflict` unless it is inactive: an active version keeps its image.
 */
export async function setContainerImage(database: Database, reference: VersionReference, body: unknown): Promise<void> {
  if (!imageReference.Check(body)) {
    throw new MillraceError("invalid_request", describeMismatch("The body", body, imageReference));
  }
  const image = parseReference(body.registry.url);
  const servedBy =
    image.registryHost === "" && image.repositoryNamespace === "millrace"
      ? { kind: "served", identifier: image.repositoryName, version: image.tag }
      : { kind: "container", image: body.registry.url };
  const { rowCount } = await database.query(
    `UPDATE millrace.model_versions
     SET container_image = $3, manifest = jsonb_set(manifest::jsonb, '{runner}', $4::jsonb)::json, loaded_at = NULL, updated_at = now()
     WHERE model_identifier = $1 AND version = $2 AND status = 'inactive'`,
    [reference.model, reference.version, JSON.stringify(image), JSON.stringify(servedBy)],
  );
  if (rowCount === 0) throw await whyNoImage(database, reference);
}

/** @throws MillraceError `not_found` for an unknown version, or one without an image. */
export async function readImageState(database: Database, reference: VersionReference): Promise<ImageState> {
  const { rows } = await database.query<{ container_image: StoredImage | null; loaded_at: Date | null }>(
    "SELECT container_image, loaded_at FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows[0] === undefined) throw unknownVersion(reference);
  const { container_image: image, loaded_at: loadedAt } = rows[0];
  if (image === null) {
    throw new MillraceError(
      "not_found",
      `Version ${reference.version} of model ${reference.model} has no container image: POST its reference first.`,
    );
  }
  return {
    // Only the reference is stored, so there is nothing left to wait for.
    percentage: 100,
    uploadStatus: "COMPLETED",
    uploadPercentage: 100,
    loadStatus: loadedAt === null ? "NOT_STARTED" : "COMPLETED",
    loadPercentage: loadedAt === null ? 0 : 100,
    containerImageSize: 0,
    registryHost: image.registryHost,
    repositoryNamespace: image.repositoryNamespace,
    repositoryName: image.repositoryName,
  };
}

async function whyNoImage(database: Database, reference: VersionReference): Promise<MillraceError> {
  const { rows } = await database.query<{ status: string }>(
    "SELECT status FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows[0] === undefined) return unknownVersion(reference);
  return new MillraceError(
    "conflict",
    `Version ${reference.version} of model ${reference.model} is ${rows[0].status}, so its image cannot change: create a new version.`,
  );
}

/** Parses `host/namespace/name:tag` like Docker: the first part is a host if it contains a dot or a colon. */
function parseReference(url: string): StoredImage {
  const parts = url.replace(/^[a-z]+:\/\//, "").split("/");
  const hasHost = parts.length > 1 && /[.:]|^localhost$/.test(parts[0] ?? "");
  const registryHost = hasHost ? (parts.shift() ?? "") : "";
  const [repositoryName = "", tag = "latest"] = (parts.pop() ?? "").split(":");
  return { registryHost, repositoryNamespace: parts.join("/"), repositoryName, tag };
}
