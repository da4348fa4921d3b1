import { readRow } from "../../../packages/runners/src/onnx/tabular-row.ts";
import { DataItemError } from "../../../packages/runners/src/tensors/data-item-error.ts";
import { elementCount, valuesOfBytes, valuesOfJson } from "../../../packages/runners/src/tensors/item-values.ts";
import { jsonWords } from "../json-words.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

const columns = [{ name: "age", mean: 40, std: 10 }, { name: "city", categories: ["Rome", "Oslo"] }, { name: "id" }];
const known = new Set(columns.map(({ name }) => name));

/** A data item that becomes a tensor: refused with a sentence that names it, or as many values as its shape says. */
export const target: FuzzTarget = {
  seeds: [
    "[[1,2.5],[3,4]]",
    '{"age":1,"city":{"toString":null,"valueOf":null},"id":1}',
    `{"age":1,"city":${"[".repeat(9_000)}${"]".repeat(9_000)},"id":1}`,
    `[${"[".repeat(9_000)}${"]".repeat(9_000)}]`,
    '{"age":42,"city":"Rome","id":7}',
    '["a","b"]',
    "[true,false]",
    "\u0000\u0000\u0080?",
  ],
  dictionary: [...jsonWords, '"age":', '"city":', '"id":', "\ufeff"],
  run(data) {
    for (const datatype of ["FP32", "INT64", "UINT8", "BOOL", "BYTES"] as const) {
      const found = throwsOnly([DataItemError], () => valuesOfJson(data, "item", datatype));
      if (found !== undefined) holds(elementCount(found.shape) === found.values.length, "a shape fits its values");
      throwsOnly([DataItemError], () =>
        readRow(data, { kind: "tabular", item: "row", columns } as never, datatype, known),
      );
    }
    throwsOnly([DataItemError], () => valuesOfBytes(data, "item", "FP32", [data.length >> 2]));
  },
};
