import type { Static } from "typebox";
import { inputSource } from "./input-source.js";
import { S3Folder, s3Objects } from "./s3-location.js";

/** Every object under `key` is a separate input, named `<source>:<rest of the key>` with ":" for "/". */
export const awsS3FolderSource = inputSource("aws-s3-folder", { ...s3Objects, dataItem: S3Folder });
export const AwsS3FolderInput = awsS3FolderSource.schema;
export type AwsS3FolderInput = Static<typeof AwsS3FolderInput>;
