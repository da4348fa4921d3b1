import { expect, it } from "vitest";
import { compareModelSides, type Round } from "../../bench/models/measure.js";
import { defaultOptions, parseModelsOptions } from "../../bench/models/options.js";
import { modelTable } from "../../bench/models/report.js";
import { benchModels } from "../../bench/models/run.js";

it("runs photographs and texts through Millrace, and says why the script is missing", async () => {
  const options = { ...defaultOptions, rounds: 1, photographs: 6, texts: 8, python: "/nowhere/python3" };
  const { models, python } = await benchModels(options);
  expect(python).toMatch(/^The Python script is missing: \/nowhere\/python3 lacks boto3, .*--python FILE$/);
  expect(models.map(({ name }) => name)).toEqual(["6 photographs", "8 texts"]);
  for (const { sides } of models) {
    expect(sides.map(({ side }) => side)).toEqual(["Millrace"]);
    expect(sides[0]?.coldPerSecond).toBeGreaterThan(0);
    expect(sides[0]?.warmPerSecond).toBeGreaterThan(0);
  }
});

it("compares medians of the rounds, and the best classes", () => {
  const round = (warmSeconds: number, classes: number[]): Round => ({
    coldSeconds: warmSeconds * 2,
    warmSeconds,
    cpu: { server: warmSeconds, store: 0, engine: 0 },
    memory: { server: 4e8, store: 0, engine: 0 },
    classes,
  });
  const rounds = new Map([
    ["Millrace", [round(1, [1, 2, 3, 4]), round(3, [1, 2, 3, 4]), round(2, [1, 2, 3, 4])]],
    ["script", [round(4, [1, 2, 3, 0])]],
  ]);
  const sides = compareModelSides(rounds, 4);
  expect(modelTable({ name: "4 inputs", rounds: 3, sides }).rows).toEqual([
    ["Millrace", "1.0", "", "2.0", "1.3–4.0", "", "500.0", "", "400", "", ""],
    ["script", "0.5", "2.00", "1.0", "1.0–1.0", "2.00", "1000.0", "0.50", "400", "1.00", "75 %"],
  ]);
});

it("names what is wrong with an option", () => {
  expect(parseModelsOptions(["--rounds", "0", "--kind", "texts"])).toMatchObject({ rounds: 0, only: "texts" });
  expect(() => parseModelsOptions(["--kind", "sounds"])).toThrow("--kind is sounds: expected photographs or texts.");
  expect(() => parseModelsOptions(["--texts", "0"])).toThrow("--texts is 0: expected a whole number of at least 1.");
});
