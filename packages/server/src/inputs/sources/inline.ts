import { formatBytes } from "../../errors/format-bytes.js";
import { InputError } from "../input-error.js";
import type { FetchContext, LocatedDataItem } from "./input-source.js";

/** Bytes that are in the input's row. */
export async function fetchInline(
  dataItem: LocatedDataItem,
  bytes: Uint8Array,
  { reserve }: FetchContext,
): Promise<Uint8Array> {
  checkSize(dataItem, bytes.byteLength);
  await reserve(bytes.byteLength);
  return bytes;
}

/** @throws InputError for a data item that is larger than the model takes. */
export function checkSize({ name, maximumSizeBytes }: LocatedDataItem, sizeBytes: number): void {
  if (sizeBytes <= maximumSizeBytes) return;
  throw new InputError(
    "input.too_large",
    `Data item ${JSON.stringify(name)} has ${formatBytes(sizeBytes)}; the model accepts at most ${formatBytes(maximumSizeBytes)}.`,
  );
}
