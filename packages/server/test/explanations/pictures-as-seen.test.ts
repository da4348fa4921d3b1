import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import type { ImagePreprocessing } from "../../../runners/src/tensors/image-settings.js";
import { prepareImage } from "../../../runners/src/tensors/picture.js";
import { readPicture } from "../../../explainers/src/picture.js";
import { measurePicture } from "../../src/drift/measure-picture.js";
import { readExplainedInput } from "../../src/explanations/explained-input.js";

const files = new URL("../../../runners/test/pictures/", import.meta.url);
const crop = { width: 24, height: 16 };
const background = [0, 90, 200];
const preprocess: ImagePreprocessing = {
  kind: "image",
  item: "image",
  resize: { fit: "fill" },
  crop,
  background,
  scale: 1,
  mean: [0],
  std: [1],
  layout: "nhwc",
};
const manifest = exampleManifest({
  directory: "/",
  inputs: [{ name: "image", acceptedMediaTypes: ["image/*"], maximumSizeBytes: 1_000_000, description: "" }],
  resultsFormat: "classification",
  runner: {
    kind: "onnx",
    file: "model.onnx",
    preprocess,
    postprocess: { kind: "classification", activation: "softmax", top: 1 },
  },
});

test.each([
  "alpha.png",
  "palette-transparent.png",
  "lossless-alpha.webp",
  "cmyk.jpg",
  "grey-alpha-16.png",
  "profile.jpg",
  "rgb-16.tif",
])("an explanation and drift see %s as the model does", async (name) => {
  const image = await readFile(new URL(name, files));
  const { values } = await prepareImage({ image }, preprocess);
  const input = await readExplainedInput(
    manifest,
    { kind: "image", item: "image", methods: ["lime"], samples: 1, format: "" },
    [],
    { image },
  );
  if (input.kind !== "image") throw new Error("not an image");
  const picture = await readPicture(image, "image", ["image/*"], input.open);
  expect(Array.from(picture.data)).toEqual(Array.from(values));

  const brightness = (measures: Awaited<ReturnType<typeof measurePicture>>) =>
    Number(measures.find(({ feature }) => feature === "brightness")?.bin);
  const grey =
    values.reduce((sum, value, at) => sum + value * ([0.299, 0.587, 0.114][at % 3] ?? 0), 0) /
    (crop.width * crop.height * 255);
  expect(Math.abs(brightness(await measurePicture(image, background)) - grey)).toBeLessThan(0.06);
});
