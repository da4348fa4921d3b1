import type { AwsS3Input, S3Location } from "@millrace/contract";
import { MillraceError } from "../../errors/millrace-error.js";
import { s3ObjectAt, type S3Access } from "../s3/access.js";
import { fetchRemote } from "./fetch-remote.js";
import type { FetchContext, LocatedDataItem } from "./input-source.js";

type S3Fields = Omit<AwsS3Input, "type" | "sources">;

/** @throws MillraceError `invalid_request` for a key without its secret, or the other way round. */
export function checkKeyPair({ accessKeyID, secretAccessKey }: S3Fields): void {
  if (Boolean(accessKeyID) === Boolean(secretAccessKey)) return;
  const missing = accessKeyID ? "secretAccessKey" : "accessKeyID";
  throw new MillraceError(
    "invalid_request",
    `input.${missing} is missing or empty: send accessKeyID and secretAccessKey together, or neither of them to read public objects.`,
  );
}

export function toS3Access({ accessKeyID, secretAccessKey, sessionToken, region, requestPayer }: S3Fields): S3Access {
  return {
    accessKeyId: accessKeyID || undefined,
    secretAccessKey: secretAccessKey || undefined,
    sessionToken: sessionToken || undefined,
    region: region || undefined,
    requestPayer,
  };
}

export function fetchS3Object(dataItem: LocatedDataItem, access: S3Access, context: FetchContext): Promise<Uint8Array> {
  const object = s3ObjectAt(dataItem.location as S3Location, access);
  return fetchRemote((options) => context.s3.get(object, options), dataItem, context);
}
