import Type, { type Static } from "typebox";
import { boundedByBody } from "../bounds.js";
import { inputSource } from "./input-source.js";

/** Texts in the submission itself. */
export const textSource = inputSource("text", {
  dataItem: Type.String(boundedByBody),
  fields: {},
  secretFields: [],
  isStored: true,
});
export const TextInput = textSource.schema;
export type TextInput = Static<typeof TextInput>;
