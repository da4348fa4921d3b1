import { inputSources } from "@millrace/contract";
import { fetchInline } from "../inline.js";
import type { InputSource } from "../input-source.js";
import { decodeDataUrl } from "./data-url.js";

/** Files in the submission, as data URLs. */
export const embeddedSource: InputSource<"embedded"> = {
  ...inputSources.embedded,
  fetch: async (dataItem, _access, context) =>
    fetchInline(dataItem, decodeDataUrl(dataItem.name, dataItem.location as string), context),
};
