import { describe, expect, it } from "vitest";
import { classify } from "./classification.js";

const labels = ["a", "b", "c"];
const classes = (row: number[], activation: "softmax" | "sigmoid" | "none", top = 3) =>
  classify(Float32Array.from(row), labels, { kind: "classification", activation, top }).data.result.classPredictions;

describe("scores of classes", () => {
  it("softmax turns them into a distribution, best first", () => {
    const predictions = classes([Math.log(1), Math.log(5), Math.log(2)], "softmax");
    expect(predictions.map((prediction) => prediction.class)).toEqual(["b", "c", "a"]);
    predictions.forEach(({ score }, index) => expect(score).toBeCloseTo([5 / 8, 2 / 8, 1 / 8][index] ?? NaN, 6));
  });

  it("softmax of large values stays finite", () => {
    expect(classes([1_000, 999, -1_000], "softmax").map(({ score }) => score)).toEqual([
      expect.closeTo(0.731, 3),
      expect.closeTo(0.269, 3),
      0,
    ]);
  });

  it("sigmoid scores each class independently", () => {
    expect(classes([0, 100, -100], "sigmoid")).toEqual([
      { class: "b", score: expect.closeTo(1, 6) },
      { class: "a", score: 0.5 },
      { class: "c", score: expect.closeTo(0, 6) },
    ]);
  });

  it("none leaves them unchanged, and equal scores stay in label order", () => {
    expect(classes([2, 7, 7], "none", 2)).toEqual([
      { class: "b", score: 7 },
      { class: "c", score: 7 },
    ]);
  });
});
