import Type, { type Static } from "typebox";
import { inputSource } from "./input-source.js";

/** Files in the submission itself. */
export const embeddedSource = inputSource("embedded", {
  dataItem: Type.String({ pattern: "^data:", description: "A data URL (RFC 2397), with or without `;base64`." }),
  fields: {},
  secretFields: [],
  isStored: true,
});
export const EmbeddedInput = embeddedSource.schema;
export type EmbeddedInput = Static<typeof EmbeddedInput>;
