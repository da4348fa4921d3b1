import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { requireOwnModel, requireVisibleModel } from "../models/model-access.js";
import { callerOf } from "./authentication.js";
import { isReading } from "./is-reading.js";

/**
 * Applies to every route with `:model` in its path, including future ones: reading requires a model that the caller can see, anything
 * else one that it owns.
 */
export function guardModels(app: FastifyInstance, pool: Pool): void {
  app.addHook("preHandler", async (request) => {
    const { model } = request.params as { readonly model?: string };
    if (model === undefined) return;
    await (isReading(request) ? requireVisibleModel : requireOwnModel)(pool, callerOf(request), model);
  });
}
