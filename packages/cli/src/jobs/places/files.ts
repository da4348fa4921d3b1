import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { MillraceError } from "@millrace/client";
import { createUniqueNames, type PlaceKind } from "./place.js";

/** Local files: every place that is no other kind. */
export const files: PlaceKind = {
  name: "files",
  form: "files",
  accepts: () => true,
  async toInput(places, dataItem) {
    const sources = Object.create(null) as Record<string, Record<string, string>>;
    const uniqueName = createUniqueNames();
    for (const path of places) sources[uniqueName(basename(path))] = { [dataItem]: await readDataUrl(path) };
    return { type: "embedded", sources };
  },
};

async function readDataUrl(path: string): Promise<string> {
  try {
    return `data:application/octet-stream;base64,${(await readFile(path)).toString("base64")}`;
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new MillraceError(`${path} cannot be read (${code}): check the path.`, { cause: error });
  }
}
