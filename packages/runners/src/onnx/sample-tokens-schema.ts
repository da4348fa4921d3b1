import Type from "typebox";
import { Compile } from "typebox/compile";

/** Of `samples/tokens.json`, by data item. */
export const SampleTokens = Compile(
  Type.Record(
    Type.String(),
    Type.Array(Type.Object({ text: Type.String(), ids: Type.Array(Type.Integer()) }, { additionalProperties: false })),
  ),
);
