import type { Static } from "typebox";
import { inputSource } from "./input-source.js";
import { S3Location, s3Credentials, s3SecretFields } from "./s3-location.js";

/** Objects in S3 buckets. */
export const awsS3Source = inputSource("aws-s3", {
  dataItem: S3Location,
  fields: s3Credentials,
  secretFields: s3SecretFields,
  isStored: false,
});
export const AwsS3Input = awsS3Source.schema;
export type AwsS3Input = Static<typeof AwsS3Input>;
