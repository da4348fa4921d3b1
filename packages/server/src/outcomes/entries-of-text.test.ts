import fc from "fast-check";
import { expect, it } from "vitest";
import { entriesOfText, entryFields, readOutcomeLine, writeOutcomeLine } from "./outcome-line.js";

const form = { beforeName: '{"input":', afterName: ",", afterEntry: "}\n", between: "" };
const moment = new Date("2026-01-02T03:04:05.006Z");

const lineOf = (name: string, failure: string | null, outputs: readonly (readonly [name: string, json: string])[]) =>
  writeOutcomeLine(
    {
      position: 0,
      name,
      engine: "engine-1",
      failure: failure === null ? null : { code: "model.refused", message: failure },
      sizeBytes: 12,
      fetchMs: 3,
      latencyMs: 5,
      startedAt: moment,
      outputs: outputs.map(([output, json]) => ({
        name: output,
        mediaType: "application/json",
        sizeBytes: json.length,
        content: Buffer.from(json),
        blobKey: null,
      })),
    },
    9,
    moment,
  ).line;

/** Line by line. */
const written = (lines: readonly string[]) =>
  lines
    .map((line) => {
      const { nameJson, fieldsJson, outputs } = readOutcomeLine(line);
      const members = outputs.map((output) => `,${output.nameJson}:${output.contentJson}`);
      return `{"input":${nameJson},${fieldsJson.slice(1, -1)}${members.join("")}}\n`;
    })
    .join("");

it("is what reading every line gives, whatever the names and outputs are", () => {
  const output = fc.tuple(
    fc.string({ unit: "grapheme" }).map((name) => `${name}.json`),
    fc.json(),
  );
  const line = fc
    .tuple(fc.string({ unit: "binary" }), fc.option(fc.string()), fc.array(output, { maxLength: 3 }))
    .map((parts) => lineOf(...parts));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      expect(entriesOfText(lines.join("\n"), form, [])).toBe(written(lines));
    }),
  );
});

it.each([
  ["an output elsewhere", lineOf("a", null, [["b", `"${"x".repeat(5_000)}"`]])],
  [
    "an output elsewhere before another",
    lineOf("a", null, [
      ["b", '"\u2028"'],
      ["c", "{}"],
    ]),
  ],
  ["an output named like a field", lineOf("a", null, [["status", "{}"]])],
  [
    "an output with a taken name",
    lineOf("a", null, [
      ["c", "{}"],
      ["input", "{}"],
    ]),
  ],
])("leaves text with %s to whoever reads each line", (_what, line) => {
  const plain = lineOf("z", null, []);
  expect(entriesOfText([plain, line, plain].join("\n"), form, ['"input"'])).toBeUndefined();
  expect(entryFields.has('"status"')).toBe(true);
});
