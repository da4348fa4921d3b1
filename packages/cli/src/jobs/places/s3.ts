import { MillraceError } from "@millrace/client";
import { awsAccess } from "../connection.js";
import { createUniqueNames, type PlaceKind } from "./place.js";

const credentials = "S3 credentials come from AWS_ACCESS_KEY_ID and so on";

/** Objects in S3 buckets. */
export const s3Objects: PlaceKind = {
  name: "objects",
  form: "s3://bucket/key",
  credentials,
  accepts: (place) => isS3(place) && !isFolder(place),
  toInput: (places, dataItem, buckets) => ({
    type: "aws-s3",
    ...awsAccess(buckets),
    sources: toSources(places, dataItem),
  }),
};

/** Folders in S3 buckets, and whole buckets. */
export const s3Folders: PlaceKind = {
  name: "folders",
  form: "s3://bucket/folder/",
  credentials,
  accepts: (place) => isS3(place) && isFolder(place),
  toInput: (places, dataItem, buckets) => ({
    type: "aws-s3-folder",
    ...awsAccess(buckets),
    sources: toSources(places, dataItem),
  }),
};

const scheme = "s3://";

function isS3(place: string): boolean {
  return place.startsWith(scheme);
}

function isFolder(place: string): boolean {
  return place.endsWith("/") || !place.slice(scheme.length).includes("/");
}

function toSources(places: readonly string[], dataItem: string) {
  const sources = Object.create(null) as Record<string, Record<string, { bucket: string; key: string }>>;
  const uniqueName = createUniqueNames();
  for (const place of places) {
    const { bucket, key } = parseS3Address(place);
    const name = key.replace(/\/$/, "").split("/").at(-1) || bucket;
    sources[uniqueName(name)] = { [dataItem]: { bucket, key: key || "/" } };
  }
  return sources;
}

function parseS3Address(place: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(place) ?? [];
  if (bucket === undefined) throw new MillraceError(`${place} names no bucket: expected s3://bucket/key.`);
  return { bucket, key };
}
