import { basename, dirname, join, posix, resolve } from "node:path";
import { MillraceError } from "@millrace/client";
import type { HuggingFaceExport } from "./export-config.js";
import { readImageModel } from "./image-model.js";
import type { ImportedModel } from "./imported-model.js";
import { readOnnxFile } from "./onnx-file.js";
import type { Json, SourceFolder } from "./source-folder.js";
import { readTextModel } from "./text-model.js";

/** Where exports have their ONNX file, the best first: full precision gives the results that the model was published with. */
const files = ["model", "model_fp16", "model_quantized", "model_int8", "model_uint8", "model_q4"].flatMap((name) => [
  `${name}.onnx`,
  `onnx/${name}.onnx`,
]);

/**
 * Reads a folder as transformers and optimum export it.
 *
 * @param file the ONNX file, below the folder; the first of the usual ones when not given.
 * @throws MillraceError naming the file and the key that is missing or wrong.
 */
export async function readHuggingFaceModel(source: SourceFolder, file?: string): Promise<ImportedModel> {
  const config = await source.json("config.json");
  if (config === undefined)
    throw new MillraceError(
      `${join(source.path, "config.json")} does not exist: --from takes a Hugging Face folder with config.json and an ONNX file, or one ONNX file.`,
    );
  const notes: string[] = [];
  const chosen = await chooseFile(source, file, notes);
  const onnx = await readOnnxFile((await source.find(chosen)) ?? join(source.path, chosen));
  const weights = new Map([["model.onnx", chosen]]);
  for (const name of onnx.weights) {
    const target = posix.normalize(name);
    if (target.startsWith("../") || posix.isAbsolute(target) || target === "model.onnx")
      throw new MillraceError(
        `${join(source.path, chosen)}: its weights are in ${JSON.stringify(name)}; expected a file beside it.`,
      );
    weights.set(target, posix.join(dirname(chosen), target));
  }
  const parts: HuggingFaceExport = { source, config, onnx, weights, name: nameOf(source, config), notes };
  const inputs = onnx.inputs.map((input) => input.name);
  if (inputs.includes("input_ids") && !inputs.includes("pixel_values")) return readTextModel(parts);
  if (inputs.length === 1 && inputs[0] === "pixel_values") return readImageModel(parts);
  throw new MillraceError(
    `${join(source.path, chosen)} has the inputs ${inputs.map((one) => JSON.stringify(one)).join(", ")}; expected those of a text model (input_ids) or "pixel_values" alone.`,
  );
}

/** The name that config.json has for it, or that of the folder. */
function nameOf({ path }: SourceFolder, { _name_or_path: own }: Json): string {
  const named = typeof own === "string" ? basename(own) : "";
  return named === "" || named === "." ? basename(resolve(path)) : named;
}

async function chooseFile(source: SourceFolder, file: string | undefined, notes: string[]): Promise<string> {
  if (file !== undefined) {
    if ((await source.find(file)) === undefined) throw new MillraceError(`${join(source.path, file)} does not exist.`);
    notes.push(`Weights: ${file}.`);
    return file;
  }
  const found: string[] = [];
  for (const one of files) if ((await source.find(one)) !== undefined) found.push(one);
  const [chosen, ...others] = found;
  if (chosen === undefined)
    throw new MillraceError(
      `${source.path} has neither model.onnx nor onnx/model.onnx: export the model (optimum-cli export onnx --model <model> <folder>), or name its file with --file.`,
    );
  notes.push(
    `Weights: ${chosen}${others.length === 0 ? "." : `; use --file for ${others.join(" or ")}, which may be faster and less exact.`}`,
  );
  return chosen;
}
