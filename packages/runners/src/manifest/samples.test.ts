import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exampleManifest } from "../../test/example-manifest.js";
import { readSamples } from "./samples.js";

describe("the samples of a model", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-samples-"));
    await mkdir(join(directory, "samples"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const read = async (input: unknown, output?: unknown) => {
    await writeFile(join(directory, "samples/input.json"), JSON.stringify(input));
    if (output !== undefined) await writeFile(join(directory, "samples/output.json"), JSON.stringify(output));
    return (await readSamples(exampleManifest({ directory, runner: { kind: "module" } }))).samples;
  };
  const submission = (sources: unknown, type = "text") => ({ input: { type, sources } });

  it("are the inputs of a submission, each with the outputs that the model declares", async () => {
    const text = await read(submission({ a: { input: "x" }, b: { input: "y" } }), {
      results: { a: { status: "SUCCESSFUL", "results.json": 1 } },
    });
    expect(text).toEqual([
      {
        name: "a",
        explain: false,
        items: { input: Uint8Array.from(Buffer.from("x")) },
        expected: { "results.json": 1 },
      },
      { name: "b", explain: false, items: { input: Uint8Array.from(Buffer.from("y")) }, expected: undefined },
    ]);
    const embedded = await read({
      explain: true,
      ...submission({ a: { input: "data:text/plain;base64,eA==" } }, "embedded"),
    });
    expect(embedded).toMatchObject([{ explain: true, items: { input: Uint8Array.from(Buffer.from("x")) } }]);
  });

  it("are none where the submission is an empty object", async () => {
    expect(await read({}, {})).toEqual([]);
  });

  it("are the test cases of a published model, where it has no submission", async () => {
    await mkdir(join(directory, "test_cases/0001"), { recursive: true });
    await mkdir(join(directory, "test_cases/0002"));
    await writeFile(join(directory, "test_cases/0001/input"), "x");
    await writeFile(join(directory, "test_cases/0001/results.json"), '{"length": 1}');
    await writeFile(join(directory, "test_cases/0002/input"), "");
    await writeFile(join(directory, "test_cases/README.md"), "");
    const manifest = exampleManifest({ directory, runner: { kind: "module" } });
    const { submission: written, samples } = await readSamples(manifest);
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    expect(samples.map(({ items, ...sample }) => ({ ...sample, input: new Uint8Array(items["input"] ?? []) }))).toEqual(
      [
        { name: "0001", explain: false, input: bytes("x"), expected: { "results.json": { length: 1 } } },
        { name: "0002", explain: false, input: bytes(""), expected: undefined },
      ],
    );
    expect(JSON.parse(written)).toEqual({
      model: { identifier: manifest.identifier, version: manifest.version },
      explain: false,
      input: {
        type: "embedded",
        sources: {
          "0001": { input: "data:application/octet-stream;base64,eA==" },
          "0002": { input: "data:application/octet-stream;base64," },
        },
      },
    });
    expect((await readSamples(manifest)).samples).toHaveLength(2);
    await writeFile(join(directory, "test_cases/0001/results.json"), "{");
    await expect(readSamples(manifest)).rejects.toThrow(/^test_cases\/0001\/results\.json cannot be used: /);
    await rm(join(directory, "test_cases/0001/input"));
    await expect(readSamples(manifest)).rejects.toThrow('test_cases/0001 has no file "input".');
    expect(await read(one)).toHaveLength(1);
  });

  const one = submission({ a: { input: "x" } });
  it.each<[string, unknown, unknown, RegExp]>([
    ["no submission", [], undefined, /is not a submission/],
    ["no sources", submission({}), undefined, /is not a submission/],
    ["a source that is a text", submission({ a: "x" }), undefined, /source "a" is not an object/],
    [
      "a number for a text",
      submission({ a: { input: 5 } }),
      undefined,
      /item "input" of "a" is 5; expected a string: put it/,
    ],
    [
      "an item that the model does not take",
      submission({ a: { "input.txt": "x" } }),
      undefined,
      /item "input\.txt" of "a" is not one of the model's: its model\.yaml has "input"\./,
    ],
    ["a text for a data URL", submission({ a: { input: "x" } }, "embedded"), undefined, /is not a data URL such as/],
    ["an output without results", one, { "results.json": 2 }, /samples\/output\.json has no "results"/],
    [
      "results of another input",
      one,
      { results: { other: {} } },
      /has results for "other"; samples\/input\.json has the inputs "a"\./,
    ],
    ["results that are no outputs", one, { results: { a: 1 } }, /results for "a" are not an object/],
  ])("are rejected if there is %s", async (_name, input, output, sentence) => {
    await expect(read(input, output)).rejects.toThrow(sentence);
  });
});
