import type { S3Location } from "@millrace/contract";
import type { S3Object } from "./object.js";

/** How to reach the objects of a job. */
export interface S3Access {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly region?: string | undefined;
  readonly requestPayer?: "requester" | undefined;
  /** The S3-compatible server that the submission names. */
  readonly endpoint?: string | undefined;
}

/** A location with the job's access to it. */
export function s3ObjectAt(location: S3Location, access: S3Access): S3Object {
  const { accessKeyId, secretAccessKey, sessionToken, region = "us-east-1", endpoint, requestPayer } = access;
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? null
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return {
    ...location,
    region,
    credentials,
    ...(requestPayer === undefined ? {} : { isPaidByRequester: true }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
