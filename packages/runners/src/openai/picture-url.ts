import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "../tensors/data-item-error.js";

// The formats that servers of the API take, by their first bytes.
const formats: readonly { readonly mediaType: string; readonly isIt: (start: string) => boolean }[] = [
  { mediaType: "image/jpeg", isIt: (start) => start.startsWith("\u00ff\u00d8\u00ff") },
  { mediaType: "image/png", isIt: (start) => start.startsWith("\u0089PNG\r\n\u001a\n") },
  { mediaType: "image/gif", isIt: (start) => start.startsWith("GIF87a") || start.startsWith("GIF89a") },
  { mediaType: "image/webp", isIt: (start) => start.startsWith("RIFF") && start.slice(8, 12) === "WEBP" },
];

/**
 * A data item as a data URL with the media type that its content has.
 *
 * @throws DataItemError when it is missing, or no picture that servers take.
 */
export function pictureUrl(items: DataItems, name: string): string {
  const item = requireItem(items, name);
  const bytes = Buffer.from(item.buffer, item.byteOffset, item.byteLength);
  const start = bytes.toString("latin1", 0, 12);
  const format = formats.find(({ isIt }) => isIt(start));
  if (format === undefined)
    throw new DataItemError(
      `Data item ${JSON.stringify(name)} is not a JPEG, PNG, WebP or GIF picture: convert it to one.`,
    );
  return `data:${format.mediaType};base64,${bytes.toString("base64")}`;
}
