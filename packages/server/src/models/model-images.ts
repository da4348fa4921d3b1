import type { ModelImage } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { BlobStore } from "../storage/blob-store.js";

const signatures: readonly { readonly mediaType: string; readonly start: string }[] = [
  { mediaType: "image/png", start: "89504e470d0a1a0a" },
  { mediaType: "image/jpeg", start: "ffd8ff" },
  { mediaType: "image/gif", start: "47494638" },
  { mediaType: "image/webp", start: "52494646" },
];

/**
 * Adds an image to a model's card.
 *
 * @throws MillraceError `not_found`; `invalid_request` unless it is a PNG, JPEG, GIF or WebP.
 */
export async function addModelImage(
  { database, blobs }: { database: Database; blobs: BlobStore },
  model: string,
  caption: string,
  bytes: Buffer,
): Promise<void> {
  const { rows } = await database.query<{ next: number }>(
    `SELECT (SELECT coalesce(max(sequence), 0) + 1 FROM millrace.model_images WHERE model_identifier = $1) AS next
     FROM millrace.model_versions WHERE model_identifier = $1 LIMIT 1`,
    [model],
  );
  if (rows[0] === undefined) throw new MillraceError("not_found", `There is no model ${JSON.stringify(model)}.`);
  const mediaType = signatures.find(
    ({ start }) => bytes.subarray(0, start.length / 2).toString("hex") === start,
  )?.mediaType;
  if (mediaType === undefined)
    throw new MillraceError("invalid_request", "The file is not an image: expected PNG, JPEG, GIF or WebP.");
  const key = `model-images/${model}/${rows[0].next}`;
  await blobs.put(key, bytes);
  await database.query(
    "INSERT INTO millrace.model_images (model_identifier, sequence, caption, media_type, blob_key) VALUES ($1, $2, $3, $4, $5)",
    [model, rows[0].next, caption, mediaType, key],
  );
}

/** The images of all models, or of one. */
export async function readModelImages(database: Database, model?: string): Promise<Map<string, ModelImage[]>> {
  const { rows } = await database.query<{ model_identifier: string; sequence: number; caption: string }>(
    `SELECT model_identifier, sequence, caption FROM millrace.model_images WHERE $1::text IS NULL OR model_identifier = $1
     ORDER BY model_identifier, sequence`,
    [model ?? null],
  );
  const images = new Map<string, ModelImage[]>();
  for (const { model_identifier: identifier, sequence, caption } of rows) {
    const image = { url: `/api/models/${identifier}/image/${sequence}`, caption, relationType: "card" };
    images.set(identifier, [...(images.get(identifier) ?? []), image]);
  }
  return images;
}

/** @throws MillraceError `not_found`. */
export async function findModelImage(
  database: Database,
  model: string,
  sequence: number,
): Promise<{ mediaType: string; blobKey: string }> {
  const { rows } = await database.query<{ mediaType: string; blobKey: string }>(
    `SELECT media_type AS "mediaType", blob_key AS "blobKey" FROM millrace.model_images WHERE model_identifier = $1 AND sequence = $2`,
    [model, sequence],
  );
  if (rows[0] !== undefined) return rows[0];
  throw new MillraceError("not_found", `Model ${JSON.stringify(model)} has no image ${sequence}.`);
}
