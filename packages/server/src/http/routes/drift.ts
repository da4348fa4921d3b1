import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { Drift, DriftQuery } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

/** How a model version's predictions and inputs change over time. */
export const driftRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  app.get(
    "/models/:model/versions/:version/drift",
    {
      schema: {
        summary: "Compare a period's predictions and inputs with a baseline",
        tags: ["models"],
        params: Type.Object({ model: Type.String(), version: Type.String() }),
        querystring: DriftQuery,
        response: { 200: Drift, ...errorResponses(400, 401, 404) },
      },
    },
    async (request) => {
      // Its statistics library is needed nowhere else.
      const { readDrift } = await import("../../drift/read-drift.js");
      return readDrift(pool, callerOf(request), request.params, request.query);
    },
  );
  done();
};
