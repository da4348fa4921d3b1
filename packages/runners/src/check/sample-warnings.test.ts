import { expect, test } from "vitest";
import { exampleManifest } from "../../test/example-manifest.js";
import { hasClassScores, warningsOf } from "./sample-warnings.js";

const scores = (...classes: string[]) => ({
  "results.json": { data: { result: { classPredictions: classes.map((name) => ({ class: name, score: 0.5 })) } } },
});
const warnings = (resultsFormat: string | null, samples: [answers: Record<string, unknown>, ...notices: string[]][]) =>
  warningsOf(
    exampleManifest({ directory: "/", runner: { kind: "module" }, resultsFormat }),
    new Map(samples.map(([answers, ...notices], at) => [`sample ${at}`, { answers, notices }])),
  );

test("a notice of the runner is a warning when every sample has it", () => {
  expect(
    warnings("classification", [
      [scores("a"), "twice"],
      [scores("a"), "twice"],
    ]),
  ).toEqual(["twice"]);
  expect(warnings("classification", [[scores("a"), "twice"], [scores("a")]])).toEqual([]);
  expect(warnings("classification", [])).toEqual([]);
});

test("class scores that model.yaml does not declare are seen", () => {
  expect(warnings(null, [[scores("a", "b")]])).toEqual([
    expect.stringContaining("set features.resultsFormat: classification"),
  ]);
  expect(warnings(null, [[scores("a", "b")], [{ "results.json": { data: { result: [1] } } }]])).toEqual([]);
  expect(warnings(null, [[scores()]])).toEqual([]);
  expect(hasClassScores([])).toBe(false);
});

test("warns of a class that an answer names twice", () => {
  expect(warnings("classification", [[scores("crane", "boat")], [scores("crane", "boat", "crane")]])).toEqual([
    expect.stringMatching(/^The answer to the sample "sample 1" names the class "crane" more than once/),
  ]);
});
