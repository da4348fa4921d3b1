import { describe, expect, it } from "vitest";
import { entryFields, readOutcomeLine, withVotes, writeOutcomeLine } from "./outcome-line.js";
import type { StoredOutcome, StoredOutput } from "./stored-outcome.js";

const outcome: StoredOutcome = {
  position: 7,
  name: "a",
  engine: "engine-1",
  failure: null,
  sizeBytes: 12,
  fetchMs: 3.4,
  latencyMs: 5.5,
  startedAt: new Date("2026-01-02T03:04:05.006Z"),
  outputs: [],
};
const endedAt = new Date("2026-01-02T03:04:05.106Z");
const output = (content: string, rest: Partial<StoredOutput> = {}): StoredOutput => ({
  name: "results.json",
  mediaType: "application/json",
  sizeBytes: content.length,
  content: Buffer.from(content),
  blobKey: null,
  ...rest,
});
const write = (changes: Partial<StoredOutcome>) => writeOutcomeLine({ ...outcome, ...changes }, 9, endedAt);

describe("the line of an outcome", () => {
  it("holds the fields of an entry as results bodies have them", () => {
    const { fieldsJson, sizeBytes } = readOutcomeLine(write({}).line);
    const fields = JSON.parse(fieldsJson) as object;
    expect(fields).toEqual({
      status: "SUCCESSFUL",
      engine: "engine-1",
      error: null,
      startTime: "2026-01-02T03:04:05.006+00:00",
      updateTime: "2026-01-02T03:04:05.106+00:00",
      endTime: "2026-01-02T03:04:05.106+00:00",
      elapsedTime: 100,
      inputFetching: 3,
      outputUploading: null,
      modelLatency: 5.5,
      queueTime: 9,
      voting: { up: 0, down: 0 },
    });
    expect(sizeBytes).toBe(12);
    expect([...entryFields]).toEqual(Object.keys(fields).map((name) => JSON.stringify(name)));
  });

  it("holds why an input failed", () => {
    const { line } = write({ failure: { code: "model.refused", message: 'No\t"good":\nbad' }, engine: null });
    expect(JSON.parse(readOutcomeLine(line).fieldsJson)).toMatchObject({
      status: "FAILED",
      engine: "",
      error: 'No\t"good":\nbad',
      code: "model.refused",
    });
  });

  it.each(["tab\there", "two\nlines", "\u0000", "\u2028\u2029\u0085", '"quoted"', "", "\ud800", "模型"])(
    "is one line with any name, such as %j",
    (name) => {
      const { line } = write({ name, outputs: [output("{}", { name })] });
      expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      const read = readOutcomeLine(line);
      expect(JSON.parse(read.nameJson)).toBe(name);
      expect(read.outputs.map(({ nameJson }) => JSON.parse(nameJson) as string)).toEqual([name]);
    },
  );

  it("holds outputs that are a line of JSON themselves, byte for byte", () => {
    const { line, others } = write({ outputs: [output('{"n": 1.0}'), output("[]", { name: "b.json" })] });
    expect(others).toEqual([]);
    expect(readOutcomeLine(line).outputs.map(({ contentJson }) => contentJson)).toEqual(['{"n": 1.0}', "[]"]);
  });

  it.each([
    ["on several lines", output("{\n}")],
    ["with a tab", output("{\t}")],
    ["with a line separator", output('"\u2028"')],
    ["that is not UTF-8", output("", { content: Buffer.from([0x22, 0xff, 0x22]) })],
    ["that is large", output(JSON.stringify("x".repeat(5_000)))],
    ["that is not JSON", output("text", { mediaType: "text/plain" })],
    ["in the blob store", output("", { content: null, blobKey: "key" })],
  ])("leaves an output %s to a row of its own", (_what, other) => {
    const { line, others } = write({ outputs: [output("{}"), { ...other, name: "other" }] });
    expect(others).toEqual([{ order: 1, output: { ...other, name: "other" } }]);
    expect(readOutcomeLine(line).outputs[1]).toMatchObject({ nameJson: '"other"', contentJson: "" });
  });

  it("takes votes, whatever its error says", () => {
    const { line } = write({ failure: { code: "model.refused", message: '"voting":{"up":0,"down":0}' } });
    const fields = JSON.parse(withVotes(readOutcomeLine(line).fieldsJson, { up: 2, down: 1 })) as object;
    expect(fields).toMatchObject({ voting: { up: 2, down: 1 }, error: '"voting":{"up":0,"down":0}' });
  });
});
