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
