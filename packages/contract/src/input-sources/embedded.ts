import Type, { type Static } from "typebox";
import { boundedByBody } from "../bounds.js";
import { inputSource } from "./input-source.js";

/** Files in the submission itself. */
export const embeddedSource = inputSource("embedded", {
  dataItem: Type.String({
    ...boundedByBody,
    pattern: "^data:",
    description: 'a data URL ("data:text/plain;base64,...")',
  }),
  fields: {},
  secretFields: [],
  isStored: true,
});
export const EmbeddedInput = embeddedSource.schema;
export type EmbeddedInput = Static<typeof EmbeddedInput>;
