import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { describeMismatch } from "./describe-mismatch.js";
import { MillraceError } from "./millrace-error.js";

/**
 * Makes the function that takes a request body apart.
 *
 * @returns one that throws MillraceError `invalid_request`, naming the field, for a body that does not fit the schema.
 */
export function bodyParser<Schema extends TSchema>(schema: Schema): (body: unknown) => Static<Schema> {
  const compiled = Compile(schema);
  return (body) => {
    const value = body ?? {};
    if (compiled.Check(value)) return value;
    throw new MillraceError("invalid_request", describeMismatch("The body", value, compiled));
  };
}
