import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseJson } from "../json/parse-json.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route takes JSON as the bytes that came, and parses them itself. */
    readonly takesJsonBytes?: boolean;
  }
}

/**
 * Reads JSON bodies. An empty one is no body, as published clients send a JSON content type with every GET, DELETE and
 * close (contract traps T3, T4 and T12).
 */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, bytes: Buffer) => {
      if (bytes.length === 0) return undefined;
      return request.routeOptions.config.takesJsonBytes === true ? bytes : parseJson(bytes);
    },
  );
}
