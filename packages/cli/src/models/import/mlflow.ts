import { join } from "node:path";
import { MillraceError } from "@millrace/client";
import { parseDocument } from "yaml";
import type { ImportedModel } from "./imported-model.js";
import { readOnnxFile } from "./onnx-file.js";
import { isObject, type SourceFolder } from "./source-folder.js";
import { readTabularModel } from "./tabular-model.js";

/**
 * Reads a folder that MLflow saved with its flavor onnx; the signature names the columns.
 *
 * @param text its file MLmodel.
 * @throws MillraceError naming the key that is missing or wrong.
 */
export async function readMlflowModel(source: SourceFolder, text: string): Promise<ImportedModel> {
  const place = join(source.path, "MLmodel");
  const document = parseDocument(text, { logLevel: "silent" });
  const [fault] = document.errors;
  if (fault !== undefined) throw new MillraceError(`${place} is not valid YAML: ${fault.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const flavors = isObject(value) ? value["flavors"] : undefined;
  const onnx = isObject(flavors) ? flavors["onnx"] : undefined;
  const data = isObject(onnx) ? onnx["data"] : undefined;
  if (typeof data !== "string")
    throw new MillraceError(
      `${place}: flavors.onnx.data is missing${isObject(flavors) ? ` (flavors has ${Object.keys(flavors).join(", ")})` : ""}: save the model with mlflow.onnx.save_model.`,
    );
  const file = await source.find(data);
  if (file === undefined) throw new MillraceError(`${place}: flavors.onnx.data is ${data}, which does not exist.`);
  const names = namesOf(isObject(value) ? value["signature"] : undefined);
  return readTabularModel(file, await readOnnxFile(file), names);
}

/** The columns of a signature; undefined when it names none. */
function namesOf(signature: unknown): readonly string[] | undefined {
  const inputs = isObject(signature) ? signature["inputs"] : undefined;
  if (typeof inputs !== "string") return undefined;
  try {
    const columns: unknown = JSON.parse(inputs);
    const names = Array.isArray(columns)
      ? columns.map((one: unknown) => (isObject(one) ? one["name"] : undefined))
      : [];
    return names.length > 0 && names.every((name) => typeof name === "string" && name !== "")
      ? (names as string[])
      : undefined;
  } catch {
    return undefined;
  }
}
