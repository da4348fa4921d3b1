import type { Static } from "typebox";
import { inputSource } from "./input-source.js";
import { S3Location, s3Credentials, s3SecretFields } from "./s3-location.js";

/** Every object below `key` is an input of its own, called `<source>:<rest of the key>` with ":" for "/". */
export const awsS3FolderSource = inputSource("aws-s3-folder", {
  dataItem: S3Location,
  fields: s3Credentials,
  secretFields: s3SecretFields,
  isStored: false,
});
export const AwsS3FolderInput = awsS3FolderSource.schema;
export type AwsS3FolderInput = Static<typeof AwsS3FolderInput>;
