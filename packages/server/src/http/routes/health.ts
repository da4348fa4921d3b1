import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { Isolation } from "@millrace/runners";
import type { Pool } from "pg";
import Type from "typebox";
import { errorResponses } from "../error-response.js";
import { createHealthCheck } from "../health-check.js";

// The reason is only in the log, because this route is public.
const IsolationState = Type.Object(
  { isolated: Type.Boolean() },
  { description: "Whether models run in sandboxes on the machine that answers" },
);

/** Whether the server can work; needs no key. */
export const healthRoutes: FastifyPluginCallbackTypebox<{
  readonly pool: Pool;
  readonly isolation: Isolation;
}> = (app, { pool, isolation }, done) => {
  const check = createHealthCheck(pool);
  app.get(
    "/health",
    {
      schema: {
        summary: "Check the server, its database and its queue",
        description: "Answers within 2 seconds. The outcome is kept for a second, so asking often costs little.",
        tags: ["health"],
        security: [],
        response: {
          200: Type.Object({ status: Type.Literal("ok"), isolation: IsolationState }),
          ...errorResponses(503),
        },
      },
    },
    async () => {
      await check();
      return { status: "ok" as const, isolation: { isolated: isolation.isIsolated } };
    },
  );
  done();
};
