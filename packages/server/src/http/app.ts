import cors from "@fastify/cors";
import type { Isolation, ModelPolicy } from "@millrace/runners";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Pool } from "pg";
import type { Submit } from "../jobs/submit.js";
import type { Catalog } from "../models/catalog.js";
import type { LoadManifest } from "../models/load-manifest.js";
import type { DeployedModels } from "../models/deployed-models.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import { accountingRoutes } from "./accounting.js";
import { administrationRoutes } from "./administration.js";
import { requireApiKey } from "./authentication.js";
import { deploymentRoutes } from "./deployment.js";
import { serveDocumentation } from "./documentation.js";
import { MillraceError } from "../errors/millrace-error.js";
import { refuseClientError } from "./client-error.js";
import { sendError } from "./error-response.js";
import { healthRoutes } from "./health.js";
import { jobRoutes } from "./jobs.js";
import { takeJsonBodies } from "./json-body.js";
import { createJobWatch } from "../jobs/watch-jobs.js";
import { jobControlRoutes } from "./job-control.js";
import { jobEventRoutes } from "./job-events.js";
import { jobOverviewRoutes } from "./job-overview.js";
import { driftRoutes } from "./drift.js";
import { metricsRoutes } from "./metrics.js";
import { guardModels } from "./model-access.js";
import { modelArchiveRoutes } from "./model-archives.js";
import { modelRoutes } from "./models.js";
import { processingRoutes } from "./processing.js";
import { requestIdHeader, requestIdOf } from "./request-id.js";
import { requirementRoutes } from "./requirements.js";
import { resultRoutes } from "./results.js";
import { uploadRoutes } from "./uploads.js";
import { useContractSchemas } from "./validation.js";
import { webhookRoutes } from "./webhooks.js";
import { voteRoutes } from "./votes.js";

export interface AppOptions {
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly secrets: SecretBox;
  readonly submit: Submit;
  readonly catalog: Catalog;
  readonly deployed: DeployedModels;
  readonly loadManifest: LoadManifest;
  readonly modelPolicy: ModelPolicy;
  readonly isolation: Isolation;
  readonly log: Log;
  /** Largest body that is read. */
  readonly maximumBodyBytes: number;
}

/** The HTTP side of the server: parses, calls the rooms, translates errors. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: requestIdOf,
    clientErrorHandler: refuseClientError,
    // refuseWhileClosing does it, with our error body.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    bodyLimit: options.maximumBodyBytes,
    routerOptions: { maxParamLength: 4_096, caseSensitive: true },
    rewriteUrl: (request) => normalizeUrl(request.url ?? "/"),
    // A keep-alive connection without a request must not hold up the end of the server.
    forceCloseConnections: "idle",
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header(requestIdHeader, request.id);
  });
  refuseWhileClosing(app);
  const watch = createJobWatch(options);
  app.addHook("preClose", async () => watch.close());
  useContractSchemas(app);
  takeJsonBodies(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    const message = `Unknown route ${request.method} ${request.url.split("?")[0]}. See /api/docs.`;
    return sendError(new MillraceError("not_found", message), request, reply);
  });
  // Browser clients send the Authorization header from other origins; keys are never in cookies, so any origin is safe.
  await app.register(cors, { origin: true, exposedHeaders: ["link", "x-total-count", requestIdHeader] });
  await serveDocumentation(app);
  await app.register(healthRoutes, { prefix: "/api", pool: options.pool, isolation: options.isolation });
  await app.register(
    async (api) => {
      requireApiKey(api, options.pool);
      guardModels(api, options.pool);
      await api.register(jobRoutes, { ...options, watch });
      await api.register(jobControlRoutes, options);
      await api.register(jobEventRoutes, { pool: options.pool, watch });
      await api.register(jobOverviewRoutes, options);
      await api.register(uploadRoutes, options);
      await api.register(resultRoutes, options);
      await api.register(voteRoutes, options);
      await api.register(requirementRoutes);
      await api.register(processingRoutes, options);
      await api.register(modelRoutes, options);
      await api.register(deploymentRoutes, options);
      await api.register(modelArchiveRoutes, options);
      await api.register(accountingRoutes, options);
      await api.register(administrationRoutes, options);
      await api.register(driftRoutes, options);
      await api.register(metricsRoutes, options);
      await api.register(webhookRoutes, options);
    },
    { prefix: "/api" },
  );
  return app;
}

/**
 * What arrives on open connections while the server stops is refused, and what is answered ends its connection, or the stop would
 * wait for that client.
 */
function refuseWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onRequest", async () => {
    if (isClosing)
      throw new MillraceError(
        "unavailable",
        "The server is stopping; nothing was changed. Try again in a few seconds.",
      );
  });
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) void reply.header("connection", "close");
  });
}

/** Published clients build `//api/...` from a base URL with a trailing slash, and `/api/api/...` from one that ends in /api. */
function normalizeUrl(url: string): string {
  return url.replace(/^\/{2,}/, "/").replace(/^(\/api){2,}(?=\/|\?|$)/, "/api");
}
