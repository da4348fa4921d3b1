import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { requestIdHeader } from "./request-id.js";

/**
 * Lets pages of other origins call the API from a browser. Keys are never in cookies, so a page can do only what a key
 * that its user enters allows.
 *
 * Register before the routes, whose methods it allows.
 *
 * @param origins undefined: all.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[] | undefined): Promise<void> {
  // The plugin writes the array down at each request, so it knows the routes that are registered later.
  const methods: string[] = [];
  app.addHook("onRoute", (route) => {
    for (const method of [route.method].flat()) if (!methods.includes(method)) methods.push(method);
  });
  await app.register(cors, {
    origin: origins === undefined ? "*" : [...origins],
    methods,
    exposedHeaders: ["link", "retry-after", "x-total-count", requestIdHeader],
    credentials: false,
    maxAge: 600,
  });
}
