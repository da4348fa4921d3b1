import { expect, it } from "vitest";
import { DataItemError } from "./data-item-error.js";
import { valuesOfJson } from "./item-values.js";

// The first element is a number, so that the depth of the second is not one of dimensions.
const deep = `[1,${"[".repeat(100_000)}${"]".repeat(100_000)}]`;

it.each(["BYTES", "FP32"] as const)("says of a list that is too deep which data item it is in, as %s", (datatype) => {
  expect(() => valuesOfJson(Buffer.from(deep), "item.json", datatype)).toThrow(DataItemError);
  expect(() => valuesOfJson(Buffer.from(deep), "item.json", datatype)).toThrow(/"item\.json"/);
});
