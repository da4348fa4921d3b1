import { stripVTControlCharacters } from "node:util";
import type { InputFailure } from "@millrace/contract";
import { expect, it } from "vitest";
import { formatResults } from "./show.js";

const failuresOf = (failure: object) =>
  stripVTControlCharacters(formatResults({ results: {}, failures: { one: failure as InputFailure } }));

it("shows the code of a failed input", () => {
  const failure = { error: "There is no such object.", code: "s3.no_such_key" };
  expect(failuresOf(failure)).toContain("There is no such object. (s3.no_such_key)");
});

it.each([
  ["null, as for inputs of before there were codes", { error: "It failed.", code: null }],
  ["absent, as from other servers", { error: "It failed." }],
])("a code that is %s leaves the message unchanged", (_name, failure) => {
  expect(failuresOf(failure)).toMatch(/│ one +│ It failed\. +│/);
});
