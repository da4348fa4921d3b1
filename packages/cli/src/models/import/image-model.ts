import { join } from "node:path";
import { MillraceError } from "@millrace/client";
import sharp from "sharp";
import { checkArchitecture, readLabels, type HuggingFaceExport } from "./export-config.js";
import { classification, listLabels, type ImportedModel } from "./imported-model.js";
import { isObject, type Json, type SourceFolder } from "./source-folder.js";

const item = "image";
const file = "preprocessor_config.json";
const bicubic = 3;
const maximumSide = 4_096;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws MillraceError naming the file and the key that is missing or wrong. */
export async function readImageModel(parts: HuggingFaceExport): Promise<ImportedModel> {
  const { source, onnx, weights, name, notes } = parts;
  checkArchitecture(parts, /ForImageClassification$/, "one that ends with ForImageClassification");
  if (!onnx.outputs.some((output) => output.name === "logits" && output.shape.length === 2))
    throw new MillraceError(
      `${source.path}: the ONNX file has the outputs ${onnx.outputs.map((one) => JSON.stringify(one.name)).join(", ")}; expected logits [batch, classes].`,
    );
  const settings = await source.json(file);
  if (settings === undefined)
    throw new MillraceError(
      `${join(source.path, file)} does not exist: save it with AutoImageProcessor.from_pretrained(<model>).save_pretrained(<folder>).`,
    );
  const labels = readLabels(parts);
  const { resize, crop } = readSizes(source, settings);
  const channels = onnx.inputs[0]?.shape[1] === 1 ? 1 : 3;
  const numbers = readNumbers(source, settings, channels);
  notes.push(
    `Labels: ${listLabels(labels)}, from ${parts.config["id2label"] === undefined ? "the number of scores" : "id2label of config.json"}; scores by softmax.`,
    `Images: ${crop.width} by ${crop.height} pixels, ${"fit" in resize ? "the whole picture stretched" : `the center after the shorter side is ${resize.shortestSide}`}; size, mean and std from ${file}.`,
  );
  if (settings["resample"] !== undefined && settings["resample"] !== bicubic)
    notes.push(
      `Scaling: ${file} asks for resample ${JSON.stringify(settings["resample"])}; Millrace scales by a bicubic kernel, so scores differ a little.`,
    );
  const { postprocess, written } = classification(labels, "softmax", "logits");
  return {
    name,
    summary: `Classifies a picture as ${listLabels(labels)}.`,
    input: {
      name: item,
      mediaTypes: ["image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/avif"],
      description: "A picture.",
    },
    runner: {
      kind: "onnx",
      file: "model.onnx",
      preprocess: {
        kind: "image",
        item,
        resize,
        crop,
        ...(channels === 1 ? { channels } : {}),
        ...numbers,
        layout: "nchw",
      },
      postprocess,
    },
    isClassifier: true,
    maxBatchSize: 8,
    copied: weights,
    written,
    sample: { type: "embedded", value: await drawPicture() },
    notes: [...notes, "Sample: a plain drawing; put a real picture into samples/input.json."],
  };
}

type Resize = { readonly shortestSide: number } | { readonly fit: "fill" };

function readSizes(source: SourceFolder, settings: Json): { resize: Resize; crop: Size } {
  const refuse = (key: string, expected: string) =>
    new MillraceError(
      `${join(source.path, file)}: ${key} is not valid: found ${(JSON.stringify(settings[key]) ?? "nothing").slice(0, 80)}, expected ${expected}.`,
    );
  if (settings["do_resize"] === false) throw refuse("do_resize", "true, because the model takes pictures of one size");
  const side = (value: unknown) =>
    typeof value === "number" && Number.isInteger(value) && value > 0 && value <= maximumSide ? value : undefined;
  const readSize = (key: string): Size | number => {
    const value = settings[key];
    const one = side(value);
    if (one !== undefined) return one;
    const shortest = isObject(value) ? side(value["shortest_edge"]) : undefined;
    if (shortest !== undefined) return shortest;
    const [width, height] = isObject(value) ? [side(value["width"]), side(value["height"])] : [];
    if (width === undefined || height === undefined)
      throw refuse(key, `{"height": 224, "width": 224} or {"shortest_edge": 224}, from 1 to ${maximumSide}`);
    return { width, height };
  };
  const size = readSize("size");
  const square = (one: Size | number): Size => (typeof one === "number" ? { width: one, height: one } : one);
  const isEdge = isObject(settings["size"]) && typeof size === "number";
  const share = settings["crop_pct"];
  // ConvNeXT: the middle of small pictures, the whole of large ones.
  if (typeof size === "number" && typeof share === "number") {
    if (share <= 0 || share > 1) throw refuse("crop_pct", "a number above 0, up to 1");
    return size < 384
      ? { resize: { shortestSide: Math.floor(size / share) }, crop: square(size) }
      : { resize: { fit: "fill" }, crop: square(size) };
  }
  if (settings["do_center_crop"] === true) {
    const crop = square(readSize("crop_size"));
    if (typeof size === "number") return { resize: { shortestSide: size }, crop };
    if (size.width !== crop.width || size.height !== crop.height)
      return { resize: { shortestSide: Math.min(size.width, size.height) }, crop };
    return { resize: { fit: "fill" }, crop };
  }
  if (isEdge)
    throw refuse(
      "size",
      'width and height, or do_center_crop with a crop_size: pictures of one "shortest_edge" have many sizes',
    );
  return { resize: { fit: "fill" }, crop: square(size) };
}

function readNumbers(source: SourceFolder, settings: Json, channels: number) {
  const each = (key: string): readonly number[] => {
    const value = settings[key];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every((one) => typeof one === "number" && Number.isFinite(one)) || ![1, channels].includes(list.length))
      throw new MillraceError(
        `${join(source.path, file)}: ${key} is not valid: found ${(JSON.stringify(value) ?? "nothing").slice(0, 80)}, expected ${channels} numbers.`,
      );
    return list as number[];
  };
  const isNormalized = settings["do_normalize"] !== false;
  const factor = settings["rescale_factor"] ?? 1 / 255;
  if (typeof factor !== "number" || !(factor > 0))
    throw new MillraceError(`${join(source.path, file)}: rescale_factor is not valid: expected a number above 0.`);
  // EfficientNet takes 1 away before it normalizes.
  const offset = settings["rescale_offset"] === true ? 1 : 0;
  const mean = isNormalized ? each("image_mean") : [0];
  const std = isNormalized ? each("image_std") : [1];
  return { scale: settings["do_rescale"] === false ? 1 : factor, mean: mean.map((one) => one + offset), std };
}

/** A drawing as a data URL: a disc on a gradient. */
async function drawPicture(): Promise<string> {
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><defs><linearGradient id="g"><stop offset="0" stop-color="#2b6"/><stop offset="1" stop-color="#36c"/></linearGradient></defs><rect width="96" height="96" fill="url(#g)"/><circle cx="48" cy="48" r="28" fill="#fc3"/></svg>';
  const png = await sharp(Buffer.from(drawing)).png().toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
