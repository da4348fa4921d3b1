import type { FastifySchemaCompiler, FastifyServerOptions } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import { JsonText } from "../json/json-text.js";

const rootNames: Readonly<Record<string, string>> = {
  querystring: "The query",
  params: "The path",
  headers: "The headers",
  body: "The body",
};

type SchemaController = NonNullable<FastifyServerOptions["schemaController"]>;
type ValidatorFactory = NonNullable<NonNullable<SchemaController["compilersFactory"]>["buildValidator"]>;

/**
 * Validates paths and queries with the contract's schemas. Bodies are not checked here: the room that uses one checks
 * it completely, including what a schema cannot express, for any transport. Responses are typed, so they are only serialized.
 */
export const contractSchemas: SchemaController = {
  // As an option: by the time that they can be set, Fastify has loaded its own, of which its types of these options are.
  compilersFactory: {
    buildValidator: (() => compileValidator) as unknown as ValidatorFactory,
    buildSerializer: () => () => (value) => (value instanceof JsonText ? value.text : JSON.stringify(value)),
  },
};

const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === "body") return () => true;
  const validator = Compile(schema);
  return (value: unknown) => {
    if (validator.Check(value)) return { value };
    const root = rootNames[httpPart ?? ""] ?? "The request";
    return { error: new MillraceError("invalid_request", describeMismatch(root, value, validator)) };
  };
};
