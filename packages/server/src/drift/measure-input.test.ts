import { expect, it } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { measureInput } from "./measure-input.js";

it("counts declared categories of a row by value, whichever model inputs they feed, and other texts by length", async () => {
  const column = (name: string, categories?: string[]) => ({
    kind: "tabular",
    item: "row",
    tensor: name,
    columns: [{ name, ...(categories && { categories }) }],
  });
  const manifest = exampleManifest({
    directory: "/",
    inputs: [{ name: "row", acceptedMediaTypes: ["application/json"], maximumSizeBytes: 1_000, description: "" }],
    resultsFormat: "classification",
    runner: {
      kind: "onnx",
      file: "model.onnx",
      inputs: [column("age"), column("city", ["Bern", "Rome"])],
      postprocess: { kind: "classification", activation: "softmax", top: 2 },
    },
  });
  const row = { age: 40, city: "Rome", note: "something else" };
  const body = { data: { result: { classPredictions: [{ class: "yes", score: 0.9 }] } } };
  const measured = await measureInput(
    manifest,
    { row: Buffer.from(JSON.stringify(row)) },
    { "results.json": { mediaType: "application/json", bytes: Buffer.from(JSON.stringify(body)) } },
  );
  const bins = Object.fromEntries(measured.map(({ feature, bin }) => [feature, bin]));
  expect(bins).toMatchObject({ prediction: "yes", "column city": "Rome" });
  expect(bins["column note"]).toMatch(/ characters$/);
});

const photographs = exampleManifest({
  directory: "/",
  inputs: [{ name: "photo", acceptedMediaTypes: ["image/jpeg"], maximumSizeBytes: 1_000, description: "" }],
  resultsFormat: "classification",
  runner: { kind: "module", file: "model.mjs" },
});
const cat = { data: { result: { classPredictions: [{ class: "cat", score: 0.9 }] } } };
const catOutput = { "results.json": { mediaType: "application/json", bytes: Buffer.from(JSON.stringify(cat)) } };
const measurePhoto = async (brightness: number) =>
  measureInput(photographs, { photo: Buffer.from("nothing to decode") }, catOutput, [
    { item: "photo", width: 40, height: 25, brightness, contrast: 0.1 },
  ]);

it("takes the measures of a picture from the engine that decoded it", async () => {
  expect(await measurePhoto(0.52)).toEqual([
    { feature: "prediction", bin: "cat" },
    { feature: "bytes", bin: "16" },
    { feature: "pixels", bin: "724.1" },
    { feature: "brightness", bin: "0.5" },
    { feature: "contrast", bin: "0.1" },
  ]);
});

it("decodes the picture where an engine's measures are none", async () => {
  const forged = "a name without end" as unknown as number;
  expect(await measurePhoto(forged)).toContainEqual({ feature: "pixels", bin: "0" });
  expect(await measurePhoto(Number.NaN)).toContainEqual({ feature: "pixels", bin: "0" });
});
