import { inputSources } from "@millrace/contract";
import type { S3Access } from "../s3/access.js";
import type { InputSource } from "./input-source.js";
import { checkKeyPair, fetchS3Object, toS3Access } from "./s3-object.js";

/** Objects in S3 buckets. */
export const awsS3Source: InputSource<"aws-s3", S3Access & { readonly type: "aws-s3" }> = {
  ...inputSources["aws-s3"],
  check: checkKeyPair,
  toAccess: (input) => ({ type: "aws-s3", ...toS3Access(input) }),
  fetch: fetchS3Object,
};
