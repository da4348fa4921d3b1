import Type, { type TSchema, type TUnsafe } from "typebox";
import type { JsonText } from "../json/json-text.js";

/** The schema of a response, for the documentation, whose JSON is written by a room. */
export function written(schema: TSchema): TUnsafe<JsonText> {
  return Type.Unsafe<JsonText>(schema);
}
