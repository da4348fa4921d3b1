import { expect, test } from "vitest";
import { readPredictions } from "./predictions.js";

const output = (...scores: number[]) => {
  const classPredictions = scores.map((score, index) => ({ class: `class ${index}`, score }));
  const bytes = new TextEncoder().encode(JSON.stringify({ data: { result: { classPredictions } } }));
  return { mediaType: "application/json", bytes };
};

test("uses results.json if several outputs have class scores", () => {
  expect(readPredictions({ "other.json": output(1), "results.json": output(0.5) })?.outputName).toBe("results.json");
  expect(readPredictions({ "other.json": output(1) })?.outputName).toBe("other.json");
  expect(readPredictions({ "results.json": output() })).toBeUndefined();
});

test("the predicted class is the one with the highest score, not the first", () => {
  expect(readPredictions({ "results.json": output(0.1, 0.7, 0.2) })?.predictions[0]?.class).toBe("class 1");
});
