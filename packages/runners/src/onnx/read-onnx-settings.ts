import type { RunnerSettings } from "../manifest/manifest.js";
import type { OnnxSettings, TabularColumn } from "./onnx-schemas.js";

/** The `runner` part of an ONNX model's manifest, which has been checked: `inputs` is a list of preprocessings, `preprocess` the only one. */
export function readOnnxSettings(runner: RunnerSettings): OnnxSettings {
  return {
    file: runner["file"] as string,
    inputs: inputsOf(runner) as OnnxSettings["inputs"],
    postprocess: runner["postprocess"] as OnnxSettings["postprocess"],
  };
}

/** Each preprocessing with its place in model.yaml. */
export function inputsOf(runner: RunnerSettings): readonly { readonly place: string; readonly settings: unknown }[] {
  if (runner["inputs"] === undefined) return [{ place: "runner.preprocess", settings: runner["preprocess"] }];
  return (runner["inputs"] as unknown[]).map((settings, at) => ({ place: `runner.inputs.${at}`, settings }));
}

/** The columns that one data item may have, whichever inputs of the model they go into. */
export function columnsOf({ inputs: all }: OnnxSettings, item: string): readonly TabularColumn[] {
  return all.flatMap(({ settings }) => (settings.kind === "tabular" && settings.item === item ? settings.columns : []));
}
