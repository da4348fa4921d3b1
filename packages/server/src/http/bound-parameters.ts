import type { FastifyInstance } from "fastify";

/** Longest parameter of a path or query, and longest header that a route documents, in characters, where its schema has no bound. */
export const maximumParameterLength = 8_192;

/**
 * Gives every string of a path, a query or a documented header a bound, also in the OpenAPI document, which says what is enforced.
 * Register before what reads the routes' schemas.
 */
export function boundParameters(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    if (route.schema === undefined) return;
    const { params, querystring, headers } = route.schema;
    route.schema = {
      ...route.schema,
      ...(params !== undefined && { params: bounded(params as Schema) }),
      ...(querystring !== undefined && { querystring: bounded(querystring as Schema) }),
      ...(headers !== undefined && { headers: bounded(headers as Schema) }),
    };
  });
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

function bounded(schema: Schema): Schema {
  if (schema.type === "string") return { maxLength: maximumParameterLength, ...schema } as Schema;
  if (schema.properties === undefined) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]) => [name, bounded(property)]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
