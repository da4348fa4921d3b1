import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MillraceError } from "@millrace/client";
import { ModelCheckError, unlessMissing } from "@millrace/runners";
import { readHuggingFaceModel } from "./hugging-face.js";
import type { ImportedModel } from "./imported-model.js";
import { readMlflowModel } from "./mlflow.js";
import { readOnnxFile } from "./onnx-file.js";
import { openSourceFolder, type SourceFolder } from "./source-folder.js";
import { readTabularModel } from "./tabular-model.js";
import { writeModel } from "./write-model.js";

/** Of an archive, which is how a model is deployed over the network. */
const archiveBytes = 256 * 2 ** 20;

export interface ImportOptions {
  /** An ONNX file of a Hugging Face export that is not the first choice, below its folder. */
  readonly file?: string;
  readonly signal: AbortSignal;
}

/**
 * Creates a deployable model from what somebody exported: a Hugging Face or MLflow folder with an ONNX file, or an ONNX file of scikit-learn's.
 *
 * @returns the files that were written, below `folder`, and what was read from where.
 * @throws MillraceError naming the file and the key that cannot be read, or the step at which the written model failed.
 */
export async function importModel(
  from: string,
  folder: string,
  { file, signal }: ImportOptions,
): Promise<{ files: string[]; notes: readonly string[] }> {
  const existing = await readdir(folder).catch(() => []);
  if (existing.length > 0)
    throw new MillraceError(`${folder} is not empty (it has ${existing[0]}): choose a new folder.`);
  const { model, source } = await readSource(from, file);
  const weightBytes = await sizeOf(model, source);
  try {
    const files = await writeModel(model, { source, folder, weightBytes, signal });
    return { files, notes: [...model.notes, ...sizeNote(weightBytes)] };
  } catch (error) {
    if (error instanceof ModelCheckError)
      throw new MillraceError(
        `${[...model.notes, error.message].join("\n")}\nThe files are in ${folder}: correct model.yaml there, then run: millrace models test ${folder}`,
        { cause: error },
      );
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new MillraceError(`${folder} cannot be written (${code}).`, { cause: error });
  }
}

async function readSource(
  from: string,
  file: string | undefined,
): Promise<{ model: ImportedModel; source: SourceFolder }> {
  const found = await unlessMissing(stat(from));
  if (found === undefined) throw new MillraceError(`${from} does not exist.`);
  if (found.isDirectory()) {
    const source = await openSourceFolder(from);
    const mlflow = await source.text("MLmodel");
    if (mlflow !== undefined && file === undefined) return { model: await readMlflowModel(source, mlflow), source };
    return { model: await readHuggingFaceModel(source, file), source };
  }
  if (!found.isFile() || !from.endsWith(".onnx"))
    throw new MillraceError(`${from} is not an ONNX file (.onnx), nor a folder: see docs/models.md.`);
  if (file !== undefined) throw new MillraceError("--file goes with a folder; --from names an ONNX file already.");
  const source = await openSourceFolder(dirname(from));
  const real = await source.find(basename(from));
  return { model: await readTabularModel(from, await readOnnxFile(real ?? from)), source };
}

async function sizeOf({ copied, written }: ImportedModel, source: SourceFolder): Promise<number> {
  let bytes = 0;
  for (const content of written.values()) bytes += content.length;
  for (const name of copied.values()) {
    const path = await source.find(name);
    if (path === undefined) throw new MillraceError(`${join(source.path, name)} does not exist.`);
    bytes += (await stat(path)).size;
  }
  return bytes;
}

function sizeNote(bytes: number): string[] {
  if (bytes < archiveBytes) return [];
  return [
    `Size: ${Math.round(bytes / 2 ** 20)} MiB, more than an archive of 256 MiB that "deploy" sends: put the folder on every worker, as <name>/1.0.0/ in the directory that MILLRACE_MODELS names.`,
  ];
}
