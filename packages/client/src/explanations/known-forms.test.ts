import { expect, test } from "vitest";
import { isImageExplanation, isPlatformExplanation, isTabularExplanation, isTextExplanation } from "./known-forms.js";

const made = {
  method: "lime",
  class: "positive",
  baseValue: 0.5,
  samples: 10,
  seed: 0,
  fidelity: null,
  additivityResidual: null,
  isPartial: false,
};
const words = { wordImportance: [{ word: "good", start: 0, end: 4, score: 0.5 }] };
const regions = { maskRLE: [[1, 3, 2]], dimensions: { width: 3, height: 2 } };
const features = { featureImportance: [{ feature: "age", condition: "> 3", score: -1 }] };

test("recognizes the known forms from any source", () => {
  expect([words, { ...words, ...made }].map(isTextExplanation)).toEqual([true, true]);
  expect([regions, { ...regions, heatMap: [[1, 0]] }].map(isImageExplanation)).toEqual([true, true]);
  expect([features, { ...features, ...made }].map(isTabularExplanation)).toEqual([true, true]);
  expect([words, { ...words, ...made }, { ...regions, ...made, heatMap: [[1]] }].map(isPlatformExplanation)).toEqual([
    false,
    true,
    true,
  ]);
});

test.each([
  { wordImportance: [["good", 0.5]] },
  { wordImportance: [{ word: "good", importance: 0.5 }] },
  { wordImportance: [{ word: "good", start: 0, end: 4, score: "0.5" }] },
  { wordImportance: [{ word: "good", start: 4, end: 0, score: 0.5 }] },
  { maskRLE: [[0, 4]] },
  { maskRLE: [[0, 4]], dimensions: { width: 3, height: 2 } },
  { maskRLE: [[-2, 8]], dimensions: { width: 3, height: 2 } },
  { maskRLE: [[0, 1e18]], dimensions: { width: 1e9, height: 1e9 } },
  { ...regions, heatMap: [[1, 2], [3]] },
  { ...regions, heatMap: [["1"]] },
  { featureImportance: [{ feature: "age", score: 1 }] },
  { featureImportance: [{ feature: "age", condition: "> 3", score: null }] },
  { method: "gradcam" },
  { ...made },
  [],
  null,
  "text",
])("%j has no known form", (explanation) => {
  const guards = [isTextExplanation, isImageExplanation, isTabularExplanation, isPlatformExplanation];
  expect(guards.map((guard) => guard(explanation))).toEqual([false, false, false, false]);
});

test.each([
  { method: "m" },
  { samples: "<script>" },
  { seed: "<img>" },
  { fidelity: "1" },
  { isPartial: 0 },
  { modelCalls: "<b>" },
  { missingShare: null },
  { notice: ["<b>"] },
  { otherClasses: [{ class: "negative" }] },
])("an explanation with %j does not count as the platform's", (changed) => {
  expect(isPlatformExplanation({ ...words, ...made, ...changed })).toBe(false);
});
