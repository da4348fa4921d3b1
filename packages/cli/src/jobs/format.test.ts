import type { ResultLine } from "@millrace/client";
import { expect, it } from "vitest";
import { resultColumns } from "./format.js";

const shown = (line: object) => resultColumns[1]?.text({ status: "SUCCESSFUL", ...line } as ResultLine);

it("shows the code of a failed input", () => {
  const failure = { status: "FAILED", error: "There is no such object.", code: "s3.no_such_key" };
  expect(shown(failure)).toBe("There is no such object. (s3.no_such_key)");
});

it.each([
  ["null, as for inputs of before there were codes", { error: "It failed.", code: null }],
  ["absent, as from other servers", { error: "It failed." }],
])("a code that is %s leaves the message unchanged", (_name, failure) => {
  expect(shown({ status: "FAILED", ...failure })).toBe("It failed.");
});

it("shows the best class, or JSON that is not shortened", () => {
  const output = { data: { result: { classPredictions: [{ class: "positive", score: 0.9 }] } } };
  expect(shown({ "results.json": output })).toBe("positive 0.900");
  expect(shown({ "results.json": { a: "x".repeat(200) } })).toBe(JSON.stringify({ a: "x".repeat(200) }));
});
