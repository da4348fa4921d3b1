import { Compile } from "typebox/compile";
import { expect, it } from "vitest";
import { readErrorReference, writeErrorReference } from "../../../scripts/error-reference.js";
import { ErrorBody, inputFailureCodes, inputFailures, requestErrorCodes, requestErrors } from "./index.js";
import { FailureCode } from "./result.js";

it("docs/errors.md matches the catalogue (run npm run docs:errors)", async () => {
  expect(await readErrorReference()).toBe(await writeErrorReference());
});

it("wire types have exactly the codes of the catalogue", () => {
  const codeOf = Compile(ErrorBody.properties.code);
  expect(requestErrorCodes.filter((code) => !codeOf.Check(code))).toEqual([]);
  const failureCodeOf = Compile(FailureCode);
  expect(inputFailureCodes.filter((code) => !failureCodeOf.Check(code))).toEqual([]);
  expect([codeOf.Check("no_such_code"), failureCodeOf.Check("no.such_code")]).toEqual([false, false]);
});

it.each([...Object.entries(requestErrors), ...Object.entries(inputFailures)])(
  "%s has a valid code and complete sentences",
  (code, { meaning, advice }) => {
    expect(code).toMatch(/^([a-z0-9]+\.)?[a-z]+(_[a-z]+)*$/);
    for (const sentence of [meaning, advice]) expect(sentence).toMatch(/^[A-Z`][^|]*\.$/);
  },
);

it("no two request errors have the same status, except for limits", () => {
  const others = Object.entries(requestErrors).filter(([code]) => !code.startsWith("limits."));
  const statuses = others.map(([, { statusCode }]) => statusCode);
  expect(statuses).not.toContain(requestErrors["limits.rate"].statusCode);
  expect(new Set(statuses).size).toBe(statuses.length);
});
