import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeText, TextEncodingError } from "@millrace/contract";
import { ExplanationError, type Background, type Row } from "@millrace/explainers";
import type { ModelManifest, TabularColumn } from "@millrace/runners";

/** Rows that replace hidden columns; more would only make explanations more expensive. */
const maximumBackgroundRows = 20;

/**
 * Reads the rows that replace hidden columns: the file named by `features.explanationBackground` in model.yaml, otherwise a
 * single row with the mean or first category of each declared column.
 *
 * @throws ExplanationError when the manifest has neither, or the file is not an array of objects.
 */
export async function readBackground(manifest: ModelManifest, columns: readonly TabularColumn[]): Promise<Background> {
  const { explanationBackground: file } = manifest;
  if (file !== undefined) return { rows: parseRows(await readFile(join(manifest.directory, file)), file), assumed: [] };
  if (columns.length === 0)
    throw new ExplanationError(
      `model.yaml of ${manifest.name} ${manifest.version} names no file of typical rows (features.explanationBackground) to replace hidden columns with.`,
    );
  return {
    rows: [Object.fromEntries(columns.map(({ name, categories, mean = 0 }) => [name, categories?.[0] ?? mean]))],
    assumed: columns.flatMap(({ name, categories, mean }) =>
      categories === undefined && mean === undefined ? [name] : [],
    ),
  };
}

function parseRows(bytes: Uint8Array, file: string): readonly Row[] {
  let rows: unknown;
  try {
    rows = JSON.parse(decodeText(bytes));
  } catch (error) {
    if (error instanceof TextEncodingError) throw new ExplanationError(`${file} of the model ${error.message}.`);
    rows = undefined;
  }
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every((row) => typeof row === "object" && row !== null))
    throw new ExplanationError(`${file} of the model is not a JSON array of rows, such as [{"age": 42}].`);
  return rows.slice(0, maximumBackgroundRows) as Row[];
}
