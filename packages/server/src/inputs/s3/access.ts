import type { S3Location } from "@millrace/contract";
import type { FetchAccess } from "../fetch-access.js";
import type { S3Object } from "./object.js";

/** A location together with what a job's access says of it. */
export function s3ObjectAt(location: S3Location, access: FetchAccess): S3Object {
  const { accessKeyId, secretAccessKey, sessionToken, region = "us-east-1", endpoint } = access;
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return { ...location, region, credentials, ...(endpoint === undefined ? {} : { endpoint }) };
}
