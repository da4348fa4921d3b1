import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MillraceError } from "@millrace/client";
import { newIdentifier } from "./new-identifier.js";

export const templateKinds = ["module", "onnx", "python"] as const;
export type TemplateKind = (typeof templateKinds)[number];

const templates = fileURLToPath(new URL("../../templates", import.meta.url));
/** Stands in the templates where a model's own identifier belongs. */
const placeholder = "__identifier__";

/**
 * Creates a deployable model with a new identifier.
 *
 * @returns the files that were written, below `folder`.
 * @throws MillraceError when the folder has something in it, or cannot be written.
 */
export async function initModel(kind: TemplateKind, folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0) throw new MillraceError(`${folder} is not empty (it has ${found[0]}): choose a new folder.`);
  const source = join(templates, kind);
  const identifier = newIdentifier();
  const files = (await readdir(source, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1))
    .sort();
  try {
    for (const file of files) {
      const target = join(folder, file);
      await mkdir(join(target, ".."), { recursive: true });
      if (file.endsWith(".onnx")) await cp(join(source, file), target);
      else await writeFile(target, (await readFile(join(source, file), "utf8")).replaceAll(placeholder, identifier));
    }
  } catch (error) {
    throw new MillraceError(
      `${folder} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
      {
        cause: error,
      },
    );
  }
  return files;
}
