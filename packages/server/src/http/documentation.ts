import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { documentationPolicy } from "./security-headers.js";

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
  await app.register(swaggerUi, { routePrefix: "/api/docs", indexPrefix: "", staticCSP: documentationPolicy });
  app.get("/api/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
