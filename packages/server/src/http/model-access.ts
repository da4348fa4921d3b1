import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { requireOwnModel, requireVisibleModel } from "../models/model-access.js";
import { callerOf } from "./authentication.js";
import { isReading } from "./is-reading.js";

/**
 * The rule of every route with a `:model` in its path, those to come included: reading takes a model that the caller may see, anything
 * else one that it owns.
 */
export function guardModels(app: FastifyInstance, pool: Pool): void {
  app.addHook("preHandler", async (request) => {
    const { model } = request.params as { readonly model?: string };
    if (model === undefined) return;
    await (isReading(request) ? requireVisibleModel : requireOwnModel)(pool, callerOf(request), model);
  });
}
