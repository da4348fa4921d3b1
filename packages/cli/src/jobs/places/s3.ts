import { MillraceError } from "@millrace/client";
import { isFolderKey, listKeys } from "../../aws/list-objects.js";
import type { AwsSession } from "../../aws/session.js";
import { isPattern, literal, parsePattern } from "./pattern.js";
import { createUniqueNames, type PlaceContext, type PlaceKind } from "./place.js";

/** Objects in S3 buckets, named or matched by wildcards. */
export const s3Objects: PlaceKind = {
  name: "objects",
  form: "s3://bucket/key, s3://bucket/**/*.jpg",
  accepts: (place) => isS3(place) && !isFolder(place),
  async toInput(places, { dataItem, aws }) {
    const session = await aws();
    const sources = new Map<string, Record<string, S3Address>>();
    const uniqueName = createUniqueNames();
    for (const place of places) {
      let count = 0;
      for await (const { name, address } of find(place, session)) {
        sources.set(uniqueName(name), { [dataItem]: address });
        count += 1;
      }
      if (count === 0)
        throw new MillraceError(`${place} matches no object: check the bucket, the key and the wildcards.`);
    }
    return { input: { type: "aws-s3", ...session.access, sources } };
  },
};

/** Folders in S3 buckets, and whole buckets. */
export const s3Folders: PlaceKind = {
  name: "folders",
  form: "s3://bucket/folder/",
  accepts: (place) => isS3(place) && isFolder(place),
  async toInput(places, { dataItem, aws }: PlaceContext) {
    const { access } = await aws();
    const sources = new Map<string, Record<string, S3Address>>();
    const uniqueName = createUniqueNames();
    for (const place of places) {
      const { bucket, key } = parseS3Address(place);
      sources.set(uniqueName(lastPart(key) || bucket), { [dataItem]: { bucket, key: literal(key) || "/" } });
    }
    return { input: { type: "aws-s3-folder", ...access, sources } };
  },
};

interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

const scheme = "s3://";

function isS3(place: string): boolean {
  return place.startsWith(scheme);
}

function isFolder(place: string): boolean {
  return !isPattern(place) && (place.endsWith("/") || !place.slice(scheme.length).includes("/"));
}

async function* find(place: string, { client }: AwsSession): AsyncGenerator<{ name: string; address: S3Address }> {
  const { bucket, key } = parseS3Address(place);
  if (!isPattern(key)) {
    const address = { bucket, key: literal(key) };
    const name = lastPart(address.key);
    // Objects mostly have an extension, and folders none.
    if (!name.includes(".") && (await isFolderKey(client, bucket, address.key)))
      throw new MillraceError(`${place} is a folder: pass ${place}/ for everything below it, or ${place}/*.jpg.`);
    return yield { name, address };
  }
  const { folder, matches } = parsePattern(key);
  for await (const found of listKeys(client, bucket, folder))
    if (!found.endsWith("/") && matches(found))
      // As the server names the objects of a folder.
      yield { name: found.slice(folder.length).replaceAll("/", ":"), address: { bucket, key: found } };
}

function lastPart(key: string): string {
  return key.replace(/\/$/, "").split("/").at(-1) ?? "";
}

/** Takes a place apart. @throws MillraceError when it names no bucket. */
export function parseS3Address(place: string): S3Address {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(place) ?? [];
  if (bucket === undefined || isPattern(bucket))
    throw new MillraceError(`${place} names no bucket: expected s3://bucket/key.`);
  return { bucket, key };
}
