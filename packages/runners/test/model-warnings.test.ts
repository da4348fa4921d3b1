import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { checkModel } from "../src/index.js";

const weights = fileURLToPath(new URL("onnx-models/mean-colour.onnx", import.meta.url));
const manifest = (labels: string, activation: string) => `
identifier: aaaaaaaaaa
version: 1.0.0
name: Colors
description: { summary: The mean of each channel. }
inputs: { image: { acceptedMediaTypes: [image/png], maxSize: 1M } }
outputs: { results.json: { mediaType: application/json, maxSize: 1M } }
resources: { memory: { size: 256M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
features: { resultsFormat: classification }
runner:
  kind: onnx
  file: model.onnx
  preprocess: { kind: image, item: image, resize: { fit: fill }, crop: { width: 4, height: 4 }, mean: [0], std: [1], layout: nchw }
  postprocess: { kind: classification, activation: ${activation}, ${labels}, top: 3 }
`;

/** Checks a model that answers the colors of its samples as scores. */
async function check(colors: readonly [number, number, number][], labels: string, activation = "softmax") {
  const folder = await mkdtemp(join(tmpdir(), "millrace-warnings-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Where tests run as root, the model runs as another user.
  await chmod(folder, 0o755);
  await mkdir(join(folder, "samples"));
  await copyFile(weights, join(folder, "model.onnx"));
  await writeFile(join(folder, "model.yaml"), manifest(labels, activation));
  await writeFile(join(folder, "labels.txt"), "red\ngreen\nred\n");
  const sources: Record<string, object> = {};
  for (const [at, [r, g, b]] of colors.entries()) {
    const image = await sharp({ create: { width: 4, height: 4, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer();
    sources[`sample-${at}`] = { image: `data:image/png;base64,${image.toString("base64")}` };
  }
  await writeFile(join(folder, "samples", "input.json"), JSON.stringify({ input: { type: "embedded", sources } }));
  return (await checkModel(folder, { signal: new AbortController().signal })).warnings;
}

test("a declared softmax over shares is told when every sample has them", async () => {
  const labels = "labels: [red, green, blue]";
  expect(
    await check(
      [
        [51, 102, 102],
        [255, 0, 0],
      ],
      labels,
    ),
  ).toEqual([
    expect.stringMatching(/^The scores of the output "scores" already sum to 1 before softmax, .*activation: none\.$/),
  ]);
  expect(
    await check(
      [
        [51, 102, 102],
        [255, 30, 0],
      ],
      labels,
    ),
  ).toEqual([]);
  expect(await check([[51, 102, 102]], labels, "none")).toEqual([]);
});

test.each(["labels: [red, green, red]", "labelsFile: labels.txt"])("a model with %s is refused", async (labels) => {
  await expect(check([[1, 2, 3]], labels)).rejects.toThrow(
    /^The step "load the model" failed: .* has the label "red" twice, as class 0 and class 2/,
  );
});
