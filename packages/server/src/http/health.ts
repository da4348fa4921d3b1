import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Pool } from "pg";
import Type from "typebox";
import { errorResponses } from "./error-response.js";
import { createHealthCheck } from "./health-check.js";

/** Whether the server can work; needs no key. */
export const healthRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const check = createHealthCheck(pool);
  app.get(
    "/health",
    {
      schema: {
        summary: "Check the server, its database and its queue",
        description: "Answers within 2 seconds. The outcome is kept for a second, so asking often costs little.",
        tags: ["health"],
        security: [],
        response: { 200: Type.Object({ status: Type.Literal("ok") }), ...errorResponses(503) },
      },
    },
    async () => {
      await check();
      return { status: "ok" as const };
    },
  );
  done();
};
