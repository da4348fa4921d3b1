import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { requestIdHeader } from "./request-id.js";

/**
 * Lets pages of other origins call the API from a browser. Keys are never in cookies, so a page can do only what a key
 * that its user enters allows.
 *
 * @param origins undefined: all.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[] | undefined): Promise<void> {
  await app.register(cors, {
    origin: origins === undefined ? "*" : [...origins],
    methods: ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"],
    exposedHeaders: ["link", "retry-after", "x-total-count", requestIdHeader],
    credentials: false,
    maxAge: 600,
  });
}
