import { availableParallelism, totalmem } from "node:os";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { HardwareRequirement } from "@millrace/contract";
import Type from "typebox";
import { errorResponses } from "../error-response.js";

/** The machines that models can be placed on: only this one. The published Python client requests this first. */
export const requirementRoutes: FastifyPluginCallbackTypebox = (app, _options, done) => {
  app.get(
    "/models/requirements/account",
    {
      schema: {
        summary: "List the hardware that models can request",
        tags: ["models"],
        response: { 200: Type.Array(HardwareRequirement), ...errorResponses(401) },
      },
    },
    () => [
      {
        requirementId: 1,
        status: "ACTIVE",
        gpuUnits: 0,
        cpuAmount: `${availableParallelism() * 1000}m`,
        memoryAmount: `${Math.floor(totalmem() / 2 ** 30)}Gi`,
      },
    ],
  );
  done();
};
