import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { describeMismatch } from "./describe-mismatch.js";
import { MillraceError } from "./millrace-error.js";

/** Takes a request body apart. @throws MillraceError `invalid_request`, naming the field, when it does not fit the schema. */
export interface BodyParser<Schema extends TSchema> {
  (body: unknown): Static<Schema>;
  /** For the documentation of the route. */
  readonly schema: Schema;
}

export function bodyParser<Schema extends TSchema>(schema: Schema): BodyParser<Schema> {
  const compiled = Compile(schema);
  const parse = (body: unknown) => {
    const value = body ?? {};
    if (compiled.Check(value)) return value;
    throw new MillraceError("invalid_request", describeMismatch("The body", value, compiled));
  };
  return Object.assign(parse, { schema });
}
