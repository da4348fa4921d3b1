import Type, { type Static } from "typebox";
import { inputSource } from "./input-source.js";
import { S3Location, s3Credentials, s3SecretFields } from "./s3-location.js";

/** Objects of an S3-compatible server that the submission names. */
export const storageGridSource = inputSource("storage-grid", {
  dataItem: S3Location,
  fields: {
    ...s3Credentials,
    endpoint: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: "The server's address; https if it has no protocol.",
    }),
  },
  secretFields: s3SecretFields,
  isStored: false,
});
export const StorageGridInput = storageGridSource.schema;
export type StorageGridInput = Static<typeof StorageGridInput>;
