import Type, { type Static } from "typebox";
import { inputSource } from "./input-source.js";

/** Texts in the submission itself. */
export const textSource = inputSource("text", {
  dataItem: Type.String(),
  fields: {},
  secretFields: [],
  isStored: true,
});
export const TextInput = textSource.schema;
export type TextInput = Static<typeof TextInput>;
