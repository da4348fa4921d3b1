import type { ModelManifest } from "../manifest/manifest.js";
import type { TabularColumn } from "./onnx-schemas.js";
import { parseOnnxSettings } from "./onnx-settings.js";
import { columnsOf } from "./read-onnx-settings.js";

/**
 * The columns that model.yaml declares of the rows in a data item, whichever inputs of an ONNX model they go into. Other kinds of model declare
 * none.
 *
 * @throws SettingsError when the `runner` part of an ONNX model's manifest is not valid.
 */
export function declaredColumns(manifest: ModelManifest, item: string): readonly TabularColumn[] {
  return manifest.runner.kind === "onnx" ? columnsOf(parseOnnxSettings(manifest), item) : [];
}
