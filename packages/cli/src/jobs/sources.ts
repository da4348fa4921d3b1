import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { MillraceError, type JobInput } from "@millrace/client";
import { awsAccess } from "./connection.js";

/**
 * Turns the arguments of `jobs submit` into an input: `s3://bucket/key` are objects, one that ends in "/" is a folder, anything
 * else is a local file. All are of one kind, because a job has one input type.
 *
 * @param dataItem what the model calls its data item.
 * @throws MillraceError naming the argument that cannot be used.
 */
export async function toInput(places: readonly string[], dataItem: string): Promise<JobInput> {
  const [kind, ...others] = new Set(places.map(kindOf));
  if (others.length > 0 || kind === undefined)
    throw new MillraceError(
      "A job has inputs of one kind: give only objects (s3://bucket/key), only folders (s3://bucket/folder/) or only files.",
    );
  if (kind === "file") {
    const sources: Record<string, Record<string, string>> = {};
    for (const path of places) sources[uniqueName(basename(path), sources)] = { [dataItem]: await readDataUrl(path) };
    return { type: "embedded", sources };
  }
  const sources: Record<string, Record<string, { bucket: string; key: string }>> = {};
  for (const place of places) {
    const { bucket, key } = parseS3Address(place);
    const name = key.replace(/\/$/, "").split("/").at(-1) || bucket;
    sources[uniqueName(name, sources)] = { [dataItem]: { bucket, key: key || "/" } };
  }
  return { type: kind, ...awsAccess(), sources };
}

function kindOf(place: string): "file" | "aws-s3" | "aws-s3-folder" {
  if (!place.startsWith("s3://")) return "file";
  return place.endsWith("/") || !place.slice("s3://".length).includes("/") ? "aws-s3-folder" : "aws-s3";
}

function parseS3Address(place: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(place) ?? [];
  if (bucket === undefined) throw new MillraceError(`${place} names no bucket: expected s3://bucket/key.`);
  return { bucket, key };
}

async function readDataUrl(path: string): Promise<string> {
  try {
    return `data:application/octet-stream;base64,${(await readFile(path)).toString("base64")}`;
  } catch (error) {
    const { code = "unknown fault" } = error as NodeJS.ErrnoException;
    throw new MillraceError(`${path} cannot be read (${code}): check the path.`, { cause: error });
  }
}

function uniqueName(wanted: string, taken: object): string {
  let name = wanted;
  for (let number = 2; Object.hasOwn(taken, name); number += 1) name = `${wanted} (${number})`;
  return name;
}
