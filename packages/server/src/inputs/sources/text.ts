import { inputSources } from "@millrace/contract";
import { fetchInline } from "./inline.js";
import type { InputSource } from "./input-source.js";

/** Texts in the submission. */
export const textSource: InputSource<"text"> = {
  ...inputSources.text,
  fetch: (dataItem, _access, context) =>
    fetchInline(dataItem, Buffer.from(dataItem.location as string, "utf8"), context),
};
