import type { InferenceSession } from "onnxruntime-node";
import type { ModelManifest } from "../manifest/manifest.js";
import type { Runner } from "../runner.js";
import { createInterpretation } from "../tensors/interpretation.js";
import type { OutputDescription } from "../tensors/output-choice.js";
import { describeInputs, shapeOf } from "./model-input.js";
import { createOnnxEngine } from "./onnx-engine.js";
import type { OnnxImage, OnnxSettings } from "./onnx-schemas.js";
import { createPreparations } from "./preparation.js";
import { readOnnxSettings } from "./read-onnx-settings.js";
import { openSession } from "./session.js";

/**
 * Runs ONNX files with declared pre- and post-processing: `runner: {kind: onnx, file, preprocess, postprocess}`. Loading checks
 * model.yaml against the file's own metadata and reports mismatches.
 */
export const onnxRunner: Runner = {
  kind: "onnx",
  async load(manifest, signal) {
    const settings = await settingsOf(manifest);
    const session = await openSession(manifest, settings.file);
    try {
      signal.throwIfAborted();
      const inputs = describeInputs(session);
      const preparations = await createPreparations(manifest.directory, settings, inputs);
      const interpretation = await createInterpretation(manifest.directory, settings.postprocess, {
        outputs: describeOutputs(session),
        picture: settings.inputs.map((one) => one.settings).find((one): one is OnnxImage => one.kind === "image")?.crop,
        tokens: settings.inputs.some((one) => one.settings.kind === "tokenizer")
          ? (inputs.find(({ name }) => name === "input_ids")?.shape?.[1] ?? "")
          : undefined,
      });
      return createOnnxEngine(manifest, session, { inputs, preparations, interpretation });
    } catch (error) {
      await session.release();
      throw error;
    }
  },
};

async function settingsOf(manifest: ModelManifest): Promise<OnnxSettings> {
  if (manifest.hasCheckedSettings === true) return readOnnxSettings(manifest.runner);
  const { parseOnnxSettings } = await import("./onnx-settings.js");
  return parseOnnxSettings(manifest);
}

function describeOutputs(session: InferenceSession): OutputDescription[] {
  return session.outputMetadata.map((output) => ({
    name: output.name,
    type: output.isTensor ? output.type : undefined,
    shape: output.isTensor ? shapeOf(output.shape) : undefined,
  }));
}
