import type { ModelManifest } from "./manifest/manifest.js";
import { parseOnnxSettings } from "./onnx/onnx-settings.js";
import { parseOpenInferenceSettings } from "./open-inference/open-inference-settings.js";
import type { Color } from "./tensors/open-picture.js";

/**
 * What model.yaml says that the transparent pixels of a data item are composed on; undefined when it says nothing.
 *
 * @throws SettingsError when the `runner` part of the manifest is not valid.
 */
export function declaredBackground(manifest: ModelManifest, item: string): Color | undefined {
  return imagesOf(manifest).find((image) => image.item === item)?.background;
}

function imagesOf(manifest: ModelManifest): readonly { readonly item: string; readonly background?: Color }[] {
  const { kind, protocol } = manifest.runner;
  if (kind === "onnx")
    return parseOnnxSettings(manifest).inputs.flatMap(({ settings }) => (settings.kind === "image" ? [settings] : []));
  if (kind === "open-inference" || protocol === "open-inference")
    return parseOpenInferenceSettings(manifest).inputs.flatMap((source) => (source.from === "image" ? [source] : []));
  return [];
}
