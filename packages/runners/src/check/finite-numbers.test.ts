import { expect, test } from "vitest";
import { findNonFinite, findNonFiniteText } from "./finite-numbers.js";
import { encodeJsonOutput } from "./json-output.js";

const inText = (text: string) => findNonFiniteText("results.json", Buffer.from(text));

test.each<[unknown, string | undefined]>([
  [
    {
      data: {
        result: {
          scores: [
            [0, 1],
            [2, Number.NaN],
          ],
        },
      },
    },
    "data.result.scores[1][1]",
  ],
  [{ vector: Float32Array.of(1, -Infinity) }, "vector[1]"],
  [[{ box: { x: Infinity } }], "[0].box.x"],
  [Infinity, "its root"],
  [{ score: null, text: "NaN", big: 1e308, none: undefined }, undefined],
])("finds the number that JSON cannot hold in %j", (value, path) => {
  expect(findNonFinite(value)?.path).toBe(path);
  const encoded = encodeJsonOutput("results.json", value);
  if (path === undefined) expect(encoded).not.toBeInstanceOf(Error);
  else expect((encoded as Error).message).toMatch(`its output "results.json" at ${path}, which JSON cannot hold.`);
});

test.each<[string, string | undefined]>([
  ['{"score": 1e999}', "Infinity at score"],
  [`{"scores": [1, -${"9".repeat(400)}]}`, "-Infinity at scores[1]"],
  [`[${"1".repeat(250)}e99]`, "Infinity at [0]"],
  ['{"a": "NaN", "b": [NaN]}', "NaN or Infinity at b[0]"],
  ['{"b": -Infinity}', "NaN or Infinity at b"],
  ['{"a": "NaN and 1e999", "b": 1e308, "c\\"Infinity": 2}', undefined],
  ["1e-999", undefined],
  ["no JSON: NaN", undefined],
  ['"Infinity', undefined],
])("reads the JSON text %s", (text, found) => {
  const [value, place] = found?.split(" at ") ?? [];
  expect(inText(text)).toBe(
    found && `The model returned ${value} in its output "results.json" at ${place}, which JSON cannot hold.`,
  );
});

test("a text of any depth is read without an overflow of the stack", () => {
  const depth = 200_000;
  expect(inText(`${"[".repeat(depth)}1e999${"]".repeat(depth)}`)).toMatch(/^The model returned Infinity/);
});
