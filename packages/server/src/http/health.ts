import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Isolation } from "@millrace/runners";
import type { Pool } from "pg";
import Type from "typebox";
import { errorResponses } from "./error-response.js";

/** Whether the server can work; needs no key. */
// Why they are not is in the log: this route answers everybody.
const IsolationState = Type.Object(
  { isolated: Type.Boolean() },
  { description: "Whether models run in sandboxes on the machine that answers" },
);

export const healthRoutes: FastifyPluginCallbackTypebox<{
  readonly pool: Pool;
  readonly isolation: Isolation;
}> = (app, { pool, isolation }, done) => {
  app.get(
    "/health",
    {
      schema: {
        summary: "Check the server and its database",
        tags: ["health"],
        security: [],
        response: {
          200: Type.Object({ status: Type.Literal("ok"), isolation: IsolationState }),
          ...errorResponses(503),
        },
      },
    },
    async () => {
      await pool.query("SELECT 1");
      return { status: "ok" as const, isolation: { isolated: isolation.isIsolated } };
    },
  );
  done();
};
