import type { Static } from "typebox";
import { inputSource } from "./input-source.js";
import { s3Objects } from "./s3-location.js";

/** Objects in S3 buckets. */
export const awsS3Source = inputSource("aws-s3", s3Objects);
export const AwsS3Input = awsS3Source.schema;
export type AwsS3Input = Static<typeof AwsS3Input>;
