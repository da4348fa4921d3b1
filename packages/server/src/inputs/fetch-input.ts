import type { AzureBlobLocation, InputSourceType, S3Location } from "@millrace/contract";
import type { DataItems, ModelManifest } from "@millrace/runners";
import { formatBytes } from "../errors/format-bytes.js";
import type { BlobStore } from "../storage/blob-store.js";
import { readWhole } from "../storage/for-a-minute.js";
import { decodeDataUrl } from "./data-url.js";
import type { AzureClient } from "./azure-blob.js";
import type { FetchAccess } from "./fetch-access.js";
import { InputError } from "./input-error.js";
import { checkMediaType } from "./media-type.js";
import { retryTransient } from "./retry-transient.js";
import type { S3Client } from "./s3/client.js";
import { s3ObjectAt } from "./s3/access.js";
import { decodeCell, type TableCell } from "./table-rows.js";
import type { UploadedItem } from "./uploaded-item.js";

export interface FetchContext {
  readonly s3: S3Client;
  readonly azure: AzureClient;
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
  /** Waits until so many bytes more may be held in memory for this input. */
  readonly reserve: (sizeBytes: number) => Promise<void>;
}

/** Where the data items of a job come from and what they are for. */
export interface InputOrigin {
  readonly inputType: string;
  readonly access: FetchAccess | undefined;
  readonly manifest: ModelManifest;
}

/**
 * Brings the data items of one input into memory.
 *
 * @param dataItemsJson the input's row: data item name -> where it is.
 * @throws InputError or S3Error with a sentence for the caller; nothing in it is secret.
 */
export async function fetchInput(
  dataItemsJson: string,
  origin: InputOrigin,
  context: FetchContext,
): Promise<DataItems> {
  const locations = JSON.parse(dataItemsJson) as Record<string, unknown>;
  checkDataItemNames(Object.keys(locations), origin.manifest);
  const items: Record<string, Uint8Array> = {};
  for (const [name, location] of Object.entries(locations)) {
    const declared = origin.manifest.inputs.find((input) => input.name === name);
    const bytes = await fetchDataItem(name, location, declared?.maximumSizeBytes ?? 0, origin, context);
    await checkMediaType(name, bytes, declared?.acceptedMediaTypes ?? []);
    items[name] = bytes;
  }
  return items;
}

function checkDataItemNames(names: readonly string[], manifest: ModelManifest): void {
  const expected = manifest.inputs.map((input) => input.name);
  if (names.length === expected.length && names.every((name) => expected.includes(name))) return;
  const list = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(", ");
  throw new InputError(
    "input.unexpected_data_items",
    `${manifest.name} ${manifest.version} expects ${list(expected)}; this input has ${list(names)}: rename its data items.`,
  );
}

async function fetchDataItem(
  name: string,
  location: unknown,
  maximumSizeBytes: number,
  origin: InputOrigin,
  context: FetchContext,
): Promise<Uint8Array> {
  switch (origin.inputType as InputSourceType | "upload") {
    case "text":
      return inline(name, Buffer.from(location as string, "utf8"), maximumSizeBytes, context);
    case "embedded":
      return inline(name, decodeDataUrl(name, location as string), maximumSizeBytes, context);
    case "upload":
      return fetchUpload(name, location as UploadedItem, maximumSizeBytes, context);
    case "aws-s3":
    case "aws-s3-folder":
    case "storage-grid":
      return fetchS3(location as S3Location, maximumSizeBytes, origin.access ?? {}, context);
    case "azureblob":
      return fetchAzure(location as AzureBlobLocation, maximumSizeBytes, origin.access ?? {}, context);
    case "jdbc":
      return inline(name, decodeCell(location as TableCell), maximumSizeBytes, context);
  }
}

async function inline(
  name: string,
  bytes: Uint8Array,
  maximumSizeBytes: number,
  context: FetchContext,
): Promise<Uint8Array> {
  checkSize(name, bytes.byteLength, maximumSizeBytes);
  await context.reserve(bytes.byteLength);
  return bytes;
}

function checkSize(name: string, sizeBytes: number, maximumSizeBytes: number): void {
  if (sizeBytes <= maximumSizeBytes) return;
  throw new InputError(
    "input.too_large",
    `Data item ${JSON.stringify(name)} has ${formatBytes(sizeBytes)}; the model accepts at most ${formatBytes(maximumSizeBytes)}.`,
  );
}

async function fetchUpload(
  name: string,
  { sizeBytes, blobKeys }: UploadedItem,
  maximumSizeBytes: number,
  { blobs, reserve, signal }: FetchContext,
): Promise<Uint8Array> {
  checkSize(name, sizeBytes, maximumSizeBytes);
  await reserve(sizeBytes);
  const pieces: Buffer[] = [];
  for (const key of blobKeys) pieces.push(await readWhole(blobs, key, signal));
  return Buffer.concat(pieces);
}

async function fetchS3(
  location: S3Location,
  maximumSizeBytes: number,
  access: FetchAccess,
  context: FetchContext,
): Promise<Uint8Array> {
  const object = s3ObjectAt(location, access);
  const { signal } = context;
  const reserve = reserveOnce(context);
  return retryTransient(() => context.s3.get(object, { maximumSizeBytes, signal, reserve }), { signal });
}

async function fetchAzure(
  location: AzureBlobLocation,
  maximumSizeBytes: number,
  access: FetchAccess,
  context: FetchContext,
): Promise<Uint8Array> {
  const { signal } = context;
  const reserve = reserveOnce(context);
  return retryTransient(() => context.azure.get(location, access, { maximumSizeBytes, signal, reserve }), { signal });
}

/** A second try must not reserve again what the first one did. */
function reserveOnce({ reserve }: FetchContext): FetchContext["reserve"] {
  let reservedBytes = 0;
  return async (sizeBytes) => {
    const more = sizeBytes - reservedBytes;
    if (more <= 0) return;
    await reserve(more);
    reservedBytes = sizeBytes;
  };
}
