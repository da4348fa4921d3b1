import { readFile, stat } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { MillraceError } from "@millrace/client";
import { isPattern, literal, parsePattern } from "./pattern.js";
import { createUniqueNames, type PlaceKind } from "./place.js";

/** Files up to this size together are sent with the job; more would not fit in one request. */
const embeddedBytes = 16 * 2 ** 20;

/** Local files, folders and wildcards: every place that is no other kind. */
export const files: PlaceKind = {
  name: "files",
  form: "files, folders/, **/*.jpg",
  accepts: () => true,
  async toInput(places, { dataItem }) {
    const found: { name: string; path: string; sizeBytes: number }[] = [];
    const uniqueName = createUniqueNames();
    for (const place of places)
      for (const { name, path } of await find(place))
        found.push({
          name: uniqueName(name),
          path,
          sizeBytes: await readable(path, async () => (await stat(path)).size),
        });
    const totalBytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (totalBytes > embeddedBytes) return { upload: { files: found } };
    const sources = new Map<string, Record<string, string>>();
    for (const { name, path } of found) sources.set(name, { [dataItem]: await readDataUrl(path) });
    return { input: { type: "embedded", sources } };
  },
};

interface Found {
  readonly name: string;
  readonly path: string;
}

async function find(place: string): Promise<Found[]> {
  // Also a file whose name has wildcards in it is meant when it exists.
  const found = await stat(literal(place)).catch(() => undefined);
  if (found?.isDirectory()) {
    if (place.endsWith("/")) return match(place, "**", literal(place));
    throw new MillraceError(`${place} is a folder: pass ${place}/ for every file below it, or '${place}/*.jpg'.`);
  }
  if (found !== undefined || !isPattern(place)) return [{ name: basename(literal(place)), path: literal(place) }];
  const { folder, wildcards } = parsePattern(place);
  return match(place, wildcards, folder || ".");
}

/** Files below a folder in the order of their names, without those whose names begin with a dot; links are followed. */
async function match(place: string, pattern: string, folder: string): Promise<Found[]> {
  // The other commands need not wait for it.
  const { glob } = await import("tinyglobby");
  const paths = await glob(pattern, {
    cwd: folder,
    onlyFiles: true,
    dot: false,
    absolute: true,
    expandDirectories: false,
  });
  if (paths.length === 0) throw new MillraceError(`${place} matches no file: check the path and the wildcards.`);
  return paths.sort().map((path) => ({ name: nameBelow(folder, path), path }));
}

/** As the server names the objects of a folder. */
function nameBelow(folder: string, path: string): string {
  return relative(folder, path).split(sep).join(":");
}

async function readDataUrl(path: string): Promise<string> {
  const bytes = await readable(path, () => readFile(path));
  return `data:application/octet-stream;base64,${bytes.toString("base64")}`;
}

async function readable<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new MillraceError(`${path} cannot be read (${code}): check the path.`, { cause: error });
  }
}
