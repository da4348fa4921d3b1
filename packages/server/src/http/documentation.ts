import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifyRequest } from "fastify";
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
