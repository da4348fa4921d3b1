import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { MinimumEngines, ProcessingEngines, ProcessingModel } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { readMinimumSum } from "../../models/capacity.js";
import { readProcessingEngines, readProcessingModels } from "../../engines/processing.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

/** What is running now. */
export const processingRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  app.get(
    "/resources/processing/engines",
    {
      schema: {
        summary: "List engines by model version and state",
        tags: ["resources"],
        response: { 200: Type.Array(ProcessingEngines), ...errorResponses(401) },
      },
    },
    (request) => readProcessingEngines(pool, callerOf(request)),
  );

  app.get(
    "/resources/processing/models",
    {
      schema: {
        summary: "List engines by model version and name",
        tags: ["resources"],
        response: { 200: Type.Array(ProcessingModel), ...errorResponses(401) },
      },
    },
    (request) => readProcessingModels(pool, callerOf(request)),
  );

  app.get(
    "/models/processing-engines",
    {
      schema: {
        summary: "Get the minimum number of loaded engines",
        tags: ["models"],
        response: { 200: MinimumEngines, ...errorResponses(401) },
      },
    },
    async () => ({ minimumProcessingEnginesSum: await readMinimumSum(pool) }),
  );
  done();
};
