import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { explanationOf, isImageExplanation, MillraceError, type JobResults } from "@millrace/client";
import sharp from "sharp";

// About twice what the report shows them at, for dense displays.
const pictureSide = 720;

export interface Pictures {
  /** Data URLs by input name. */
  readonly found: Readonly<Record<string, string>>;
  /** A sentence for each that could not be used. */
  readonly warnings: readonly string[];
}

/**
 * The pictures of inputs that were explained as pictures, made small enough for a page. Inputs are found by the name of their
 * file, or by its path in the folder with ":" for "/", as inputs of folder jobs are called. Files are listed, never opened by a name that a
 * job says.
 *
 * @param place a folder that is searched with its subfolders, or one file.
 * @throws MillraceError when there is no such place.
 */
export async function readPictures(place: string, { results }: Pick<JobResults, "results">): Promise<Pictures> {
  const wanted = Object.entries(results).flatMap(([name, result]) => {
    const explanation = explanationOf(result);
    return isImageExplanation(explanation) ? [{ name, dimensions: explanation.dimensions }] : [];
  });
  const files = await listFiles(place);
  const byName = nameFiles(files);
  // A single file can only be the picture of the single input.
  const only = files.length === 1 && wanted.length === 1 ? files[0]?.path : undefined;
  const found: [string, string][] = [];
  const warnings: string[] = [];
  for (const { name, dimensions } of wanted) {
    const path = only ?? candidatesOf(name).flatMap((candidate) => byName.get(candidate) ?? [])[0];
    if (path === undefined) {
      warnings.push(`There is no image ${JSON.stringify(name)} in ${place}.`);
      continue;
    }
    const picture = await readPicture(path, dimensions);
    if ("warning" in picture) warnings.push(picture.warning);
    else found.push([name, picture.url]);
  }
  return { found: Object.fromEntries(found), warnings };
}

interface File {
  readonly path: string;
  /** Below the folder, with "/". */
  readonly name: string;
}

async function listFiles(place: string): Promise<File[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [{ path: place, name: basename(place) }];
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, name: relative(place, path).replaceAll(sep, "/") }));
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new MillraceError(`${place} cannot be read (${code}): pass a folder of images or one image.`, {
      cause: error,
    });
  }
}

/** By path, and by the name of the file where only one file has it. */
function nameFiles(files: readonly File[]): Map<string, string> {
  const names = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const { path, name } of files) {
    const base = basename(name);
    if (names.has(base)) ambiguous.add(base);
    names.set(base, path);
  }
  for (const base of ambiguous) names.delete(base);
  for (const { path, name } of files) names.set(name, path);
  return names;
}

/** An input of a folder is called "source:folder:file"; one of the same name as another, "file (2)". */
function candidatesOf(name: string): string[] {
  const parts = name.replaceAll(":", "/").split("/");
  return [name, ...parts.map((_, index) => parts.slice(index).join("/"))];
}

async function readPicture(
  path: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<{ url: string } | { warning: string }> {
  try {
    const { autoOrient } = await sharp(path).metadata();
    if (autoOrient.width !== width || autoOrient.height !== height)
      return {
        warning: `${path} is ${autoOrient.width} x ${autoOrient.height} pixels, but the explained image was ${width} x ${height}: it is skipped.`,
      };
    const small = await sharp(path)
      .rotate()
      .resize(pictureSide, pictureSide, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer();
    return { url: `data:image/webp;base64,${small.toString("base64")}` };
  } catch (error) {
    return { warning: `${path} is skipped: ${error instanceof Error ? error.message : String(error)}.` };
  }
}
