import Type, { type Static } from "typebox";
import { inputSource } from "./input-source.js";
import { s3Objects } from "./s3-location.js";

/** Objects of an S3-compatible server that the submission names. */
export const storageGridSource = inputSource("storage-grid", {
  ...s3Objects,
  fields: {
    ...s3Objects.fields,
    endpoint: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: "The server's address; https if it has no protocol.",
    }),
  },
});
export const StorageGridInput = storageGridSource.schema;
export type StorageGridInput = Static<typeof StorageGridInput>;
