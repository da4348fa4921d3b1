import { constants } from "node:fs";
import { copyFile, mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { MillraceError } from "@millrace/client";
import { readTextFile, unlessMissing } from "@millrace/runners";

/** Of a file whose text is read. */
const maximumTextBytes = 4 * 2 ** 20;

export type Json = Readonly<Record<string, unknown>>;

/** A folder that somebody exported: files are read from within it only. */
export interface SourceFolder {
  readonly path: string;
  /** The path of a file, or undefined when there is none. */
  readonly find: (name: string) => Promise<string | undefined>;
  /** What a small text file says, or undefined when there is none. */
  readonly text: (name: string) => Promise<string | undefined>;
  /** The object in a JSON file, or undefined when there is none. */
  readonly json: (name: string) => Promise<Json | undefined>;
  /** Copies a file; a copy shares its blocks with the original where the file system can. */
  readonly copy: (name: string, target: string) => Promise<void>;
}

/** @throws MillraceError when a file is not JSON, not a file, or a link to outside the folder. */
export async function openSourceFolder(path: string): Promise<SourceFolder> {
  const root = await realpath(path);
  const allowed = [root];
  // The cache of huggingface_hub has links in snapshots/<revision> to the files in blobs.
  if (basename(dirname(root)) === "snapshots") allowed.push(join(dirname(dirname(root)), "blobs"));

  const find = async (name: string): Promise<string | undefined> => {
    const file = resolve(root, name);
    if (!isWithin(root, file))
      throw new MillraceError(`${JSON.stringify(name)} is outside the folder ${path}: only files in it are read.`);
    const real = await unlessMissing(realpath(file));
    if (real === undefined) return undefined;
    if (!allowed.some((one) => isWithin(one, real)))
      throw new MillraceError(`${join(path, name)} is a link to ${real}, outside the folder: copy the file into it.`);
    if (!(await stat(real)).isFile()) throw new MillraceError(`${join(path, name)} is not a file.`);
    return real;
  };

  const text = async (name: string): Promise<string | undefined> => {
    const file = await find(name);
    if (file === undefined) return undefined;
    const shown = join(path, name);
    const { size } = await stat(file);
    if (size > maximumTextBytes)
      throw new MillraceError(`${shown} has ${size} bytes; expected at most ${maximumTextBytes}.`);
    try {
      return await readTextFile(file);
    } catch (error) {
      throw new MillraceError((error as Error).message.replaceAll(file, shown), { cause: error });
    }
  };

  return {
    path,
    find,
    text,
    async json(name) {
      const content = await text(name);
      if (content === undefined) return undefined;
      const shown = join(path, name);
      let value: unknown;
      try {
        value = JSON.parse(content);
      } catch (error) {
        throw new MillraceError(`${shown} is not valid JSON: ${(error as Error).message}.`, { cause: error });
      }
      if (!isObject(value)) throw new MillraceError(`${shown} is not a JSON object.`);
      return value;
    },
    async copy(name, target) {
      const file = await find(name);
      if (file === undefined) throw new MillraceError(`${join(path, name)} does not exist.`);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(file, target, constants.COPYFILE_FICLONE);
    },
  };
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}
