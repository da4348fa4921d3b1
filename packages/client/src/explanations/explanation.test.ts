import { expect, test } from "vitest";
import { decodeMask, topWords } from "./explanation.js";

const word = (text: string, start: number, score: number) => ({
  word: text,
  index: 0,
  start,
  end: start + text.length,
  score,
});

test("the top words have the largest weights, positive or negative", () => {
  const wordImportance = [word("so", 0, 0.01), word("awful", 3, -0.6), word("lovely", 9, 0.4)];
  expect(topWords({ wordImportance }, 2).map(({ word: text }) => text)).toEqual(["awful", "lovely"]);
});

test("a mask is decoded column by column, zeros first", () => {
  // . # .
  // # # .
  const { data, width, height } = decodeMask({ maskRLE: [[1, 3, 2]], dimensions: { width: 3, height: 2 } });
  expect([width, height, [...data]]).toEqual([3, 2, [0, 1, 0, 1, 1, 0]]);
  expect([...decodeMask({ maskRLE: [[0, 2]], dimensions: { width: 1, height: 2 } }).data]).toEqual([1, 1]);
});

test("rejects a mask that does not fit its image", () => {
  const dimensions = { width: 3, height: 2 };
  expect(() => decodeMask({ maskRLE: [[1, 2]], dimensions })).toThrow(
    "add up to 3 pixels, but the image has 3 x 2 = 6",
  );
  expect(() => decodeMask({ maskRLE: [], dimensions })).toThrow("There is no mask 0: the explanation has 0.");
});
