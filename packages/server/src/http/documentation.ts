import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifyRequest, FastifySchema, RouteOptions } from "fastify";
import { operations, parameterExamples } from "./operations.js";
import { ownAddress } from "./own-address.js";
import { documentationPolicy } from "./security-headers.js";

/** Where the page is, as seen from its other addresses. */
const relativePages: ReadonlyMap<string, string> = new Map([
  ["/api/docs", "docs/"],
  ["/api/docs/static/index.html", "../"],
]);

/** The OpenAPI 3.1 document, generated from the routes' schemas, and a page to read it on. Register before the routes. */
export async function serveDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({ schema: describe(schema, route), url }),
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Millrace",
        version: "0.1.0",
        description:
          "Runs a model over the files in a bucket: one call, one result for every input. Compatible with the Modzy job API.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          apiKey: { type: "apiKey", in: "header", name: "Authorization", description: "`ApiKey <prefix>.<secret>`" },
        },
      },
      security: [{ apiKey: [] }],
    },
  });
  // The document says where this caller reaches the API, or the page would send its calls to another path.
  const withServer = (document: object, request: FastifyRequest) => ({
    ...document,
    servers: [{ url: ownAddress(request) }],
  });
  await app.register(swaggerUi, {
    routePrefix: "/api/docs",
    indexPrefix: "",
    staticCSP: documentationPolicy,
    transformSpecification: withServer,
    transformSpecificationClone: false,
    // Without the bar of the framework's logo.
    uiConfig: { layout: "BaseLayout" },
    theme: { title: "Millrace API", favicon: [] },
    uiHooks: {
      // The page's files are below its own address, at whatever path a proxy serves it.
      onRequest: (request, reply, done) => {
        const relative = relativePages.get(request.url.split("?", 1)[0] ?? "");
        if (relative === undefined) done();
        else void reply.redirect(relative, 302);
      },
    },
  });
  app.get("/api/openapi.json", { schema: { hide: true } }, (request) => withServer(app.swagger(), request));
}

/**
 * The route's schema with its operation and examples, which the document shows and nothing checks.
 *
 * @throws Error for a route that has no operation.
 */
function describe(schema: FastifySchema, { method, url }: RouteOptions): FastifySchema {
  if (schema === undefined || schema.hide === true || method === "HEAD") return schema;
  const name = `${String(method)} ${url.replace(/^\/api/, "")}`;
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`The route ${name} has no entry in operations: give it an id.`);
  const { params, body } = schema as { params?: ObjectSchema; body?: object };
  return {
    ...schema,
    operationId: operation.id,
    ...(params === undefined ? {} : { params: withExamples(params) }),
    ...(body === undefined || operation.body === undefined ? {} : { body: { ...body, examples: [operation.body] } }),
  };
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
}

function withExamples(params: ObjectSchema): ObjectSchema {
  const properties = Object.entries(params.properties).map(([name, one]) => [
    name,
    { ...one, examples: [parameterExamples.get(name)] },
  ]);
  return { ...params, properties: Object.fromEntries(properties) };
}
