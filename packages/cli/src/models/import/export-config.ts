import { join } from "node:path";
import { MillraceError } from "@millrace/client";
import type { OnnxFile } from "./onnx-file.js";
import type { Json, SourceFolder } from "./source-folder.js";

/** What a folder of Hugging Face's has. */
export interface HuggingFaceExport {
  readonly source: SourceFolder;
  readonly config: Json;
  readonly onnx: OnnxFile;
  /** The files of the ONNX model, by their path in the new model. */
  readonly weights: ReadonlyMap<string, string>;
  readonly name: string;
  readonly notes: string[];
}

/**
 * The classes of a model, in the order of its scores.
 *
 * @throws MillraceError naming the key of config.json that is wrong.
 */
export function readLabels({ source, config, onnx, notes }: HuggingFaceExport): readonly string[] {
  const place = `${join(source.path, "config.json")}: id2label`;
  const width = onnx.outputs.find(({ name }) => name === "logits")?.shape.at(-1);
  const named = config["id2label"];
  // transformers leaves out what is its default.
  const labels =
    named === undefined || named === null
      ? Array.from({ length: width ?? 2 }, (_, at) => `LABEL_${at}`)
      : labelsOf(named, place);
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined)
    throw new MillraceError(`${place} has ${JSON.stringify(twice)} twice: give each class a name of its own.`);
  if (width !== undefined && width !== labels.length)
    throw new MillraceError(`${place} has ${labels.length} labels, but the model gives ${width} scores.`);
  if (labels.every((label) => /^LABEL_\d+$/.test(label)))
    notes.push("The labels in config.json are only numbered: give them their names in model.yaml.");
  return labels;
}

function labelsOf(named: unknown, place: string): readonly string[] {
  const entries = typeof named === "object" && named !== null ? new Map(Object.entries(named)) : undefined;
  if (entries === undefined || entries.size === 0)
    throw new MillraceError(`${place} is not valid: expected labels by their number, such as {"0": "negative"}.`);
  return Array.from({ length: entries.size }, (_, at) => {
    const label: unknown = entries.get(String(at));
    if (typeof label !== "string" || label.trim() === "" || /[\r\n]/.test(label))
      throw new MillraceError(
        `${place} has ${label === undefined ? "no" : "no valid"} label for ${at}: expected a text of one line for each number from 0 to ${entries.size - 1}.`,
      );
    return label;
  });
}

/**
 * A whole number of a file's.
 *
 * @throws MillraceError when there is something else.
 */
export function readWhole(source: SourceFolder, file: string, json: Json | undefined, key: string): number | undefined {
  const value = json?.[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
    throw new MillraceError(
      `${join(source.path, file)}: ${key} is not valid: found ${JSON.stringify(value).slice(0, 80)}, expected a whole number.`,
    );
  return value;
}

/** @throws MillraceError when the architecture in config.json does something else than these. */
export function checkArchitecture({ source, config }: HuggingFaceExport, expected: RegExp, names: string): void {
  const [architecture] = Array.isArray(config["architectures"]) ? (config["architectures"] as unknown[]) : [];
  if (typeof architecture === "string" && !expected.test(architecture))
    throw new MillraceError(
      `${join(source.path, "config.json")}: architectures is ${JSON.stringify(architecture)}; expected ${names}. Describe other models in model.yaml yourself: see docs/models.md.`,
    );
}
