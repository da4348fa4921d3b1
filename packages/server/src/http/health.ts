import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Pool } from "pg";
import Type from "typebox";
import { errorResponses } from "./error-response.js";

/** Whether the server can work; needs no key. */
export const healthRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  app.get(
    "/health",
    {
      schema: {
        summary: "Check the server and its database",
        tags: ["health"],
        security: [],
        response: { 200: Type.Object({ status: Type.Literal("ok") }), ...errorResponses(503) },
      },
    },
    async () => {
      await pool.query("SELECT 1");
      return { status: "ok" as const };
    },
  );
  done();
};
