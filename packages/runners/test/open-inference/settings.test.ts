import { describe, expect, it } from "vitest";
import { connect, mapping } from "./fixture.js";

const boxes = {
  kind: "detection",
  format: "xyxy",
  coordinates: "pixels",
  activation: "none",
  labels: ["a"],
  minimumScore: 0,
  top: 1,
};

describe("the runner of a model behind the Open Inference Protocol", () => {
  it.each([
    ["no mapping", { inputs: [] }, /^model\.yaml: runner\.inputs is not valid: found \[\], expected a non-empty list/],
    [
      "a mapping of an unknown type",
      { inputs: [mapping[1], { ...mapping[0], datatype: "FP31" }] },
      /^model\.yaml: runner\.inputs\.1\.datatype is not valid: found "FP31", expected one of BOOL, .*BYTES\.$/,
    ],
    [
      "a mapping from nowhere",
      { inputs: [{ ...mapping[0], from: "air" }] },
      /^model\.yaml: runner\.inputs\.0\.from is not valid: found "air", expected one of file, json, values, image\.$/,
    ],
    [
      "a mapping without its type",
      { inputs: [{ ...mapping[0], datatype: undefined }] },
      /^model\.yaml: runner\.inputs\.0\.datatype is required: found nothing, expected one of BOOL/,
    ],
    [
      "a postprocessing that there is not",
      { postprocess: { kind: "magic" } },
      /^model\.yaml: runner\.postprocess\.kind is not valid: found "magic", expected one of classification, detection, tensors/,
    ],
    ["boxes without a picture", { postprocess: boxes }, /is detection, which needs an image/],
  ])("rejects %s and names the field", async (_name, settings, message) => {
    await expect(connect("127.0.0.1:1", JSON.parse(JSON.stringify(settings)) as object)).rejects.toThrow(message);
  });
});
