import { readWhole } from "../../storage/for-a-minute.js";
import type { UploadedItem } from "../uploaded-item.js";
import { checkSize } from "./inline.js";
import type { InputSource } from "./input-source.js";

/** Files that were appended to an open job; no submission has this type. */
export const uploadSource: InputSource<"upload"> = {
  type: "upload",
  secretFields: [],
  isStored: true,
  async fetch(dataItem, _access, { blobs, reserve, signal }) {
    const { sizeBytes, blobKeys } = dataItem.location as UploadedItem;
    checkSize(dataItem, sizeBytes);
    await reserve(sizeBytes);
    const pieces: Buffer[] = [];
    for (const key of blobKeys) pieces.push(await readWhole(blobs, key, signal));
    return Buffer.concat(pieces);
  },
};
