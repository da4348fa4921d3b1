import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { requireOwnModel, requireVisibleModel } from "../models/model-access.js";
import { callerOf } from "./authentication.js";

/**
 * The rule of every route with a `:model` in its path, those to come included: reading takes a model that the caller may see, anything
 * else one that it owns.
 */
export function guardModels(app: FastifyInstance, pool: Pool): void {
  app.addHook("preHandler", async (request) => {
    const { model } = request.params as { readonly model?: string };
    if (model === undefined) return;
    const isRead = request.method === "GET" || request.method === "HEAD";
    await (isRead ? requireVisibleModel : requireOwnModel)(pool, callerOf(request), model);
  });
}
