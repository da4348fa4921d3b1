import { expect, it } from "vitest";
import { defaultOptions, parseEnginesOptions } from "../../../bench/engines/options.js";
import { readSelection } from "../../../bench/selection.js";

const names = ["s3-fetch", "engines"];

it("options have defaults, and say what is wrong with them", () => {
  expect(parseEnginesOptions([])).toEqual(defaultOptions);
  expect(parseEnginesOptions(["--rounds", "2", "--write"])).toEqual({ ...defaultOptions, rounds: 2, write: true });
  for (const wrong of ["0", "1.5", "many", ""])
    expect(() => parseEnginesOptions([`--rounds=${wrong}`])).toThrow(`--rounds is ${wrong}: expected a whole number`);
  expect(() => parseEnginesOptions(["--round", "2"])).toThrow("--round");
});

it("without a name all benchmarks are meant, with --only that one and its options", () => {
  expect(readSelection([], names)).toEqual({ doing: "run", only: undefined, parameters: [] });
  expect(readSelection(["--only", "engines", "--rounds", "2"], names)).toEqual({
    doing: "run",
    only: "engines",
    parameters: ["--rounds", "2"],
  });
  for (const wrong of [["--only"], ["--only", "other"], ["engines"], ["--rounds", "2"]])
    expect(() => readSelection(wrong, names)).toThrow("expected --only and one of s3-fetch, engines");
});

it("--check and --record take all benchmarks or one, and no options", () => {
  expect(readSelection(["--check"], names)).toEqual({ doing: "check", only: undefined, parameters: [] });
  expect(readSelection(["--record", "--only", "engines"], names)).toEqual({
    doing: "record",
    only: "engines",
    parameters: [],
  });
  for (const wrong of [
    ["--check", "--only", "engines", "--rounds", "2"],
    ["--check", "--record"],
  ])
    expect(() => readSelection(wrong, names)).toThrow("--check or --record, and no options");
});
