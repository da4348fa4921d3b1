import { ignoredParameters } from "@millrace/contract";
import type { FastifyInstance } from "fastify";
import Type, { type TProperties } from "typebox";

/**
 * Makes queries reject parameters that they do not know, as a filter that is misspelled would select everything; routes without a query
 * ignore them. Register before what reads the routes' schemas.
 */
export function closeQueries(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const query = route.schema?.querystring as { properties?: TProperties } | undefined;
    if (query?.properties === undefined) return;
    const ignored = Object.entries(ignoredParameters[route.url.replace(/^\/api/, "")] ?? {}).map(
      ([name, why]) => [name, Type.Optional(Type.String({ description: `Ignored: ${why}.` }))] as const,
    );
    const properties = { ...query.properties, ...Object.fromEntries(ignored) };
    route.schema = { ...route.schema, querystring: Type.Object(properties, { additionalProperties: false }) };
  });
}
