import type { Isolation, ModelPolicy } from "@millrace/runners";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from "fastify";
import type { Pool } from "pg";
import type { ClientLimits } from "../limits/client-limits.js";
import type { RequestRates } from "../limits/request-rates.js";
import type { SlowSignIns } from "../limits/slow-sign-ins.js";
import type { Submit } from "../jobs/submit.js";
import type { Catalog } from "../models/catalog.js";
import type { LoadManifest } from "../models/load-manifest.js";
import type { DeployedModels } from "../models/deployed-models.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { MasterKeyRotation } from "../maintenance/master-key-rotation.js";
import type { Outbound } from "../outbound/outbound.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import type { AuditLog } from "../audit/audit-log.js";
import { accountingRoutes } from "./routes/accounting.js";
import { administrationRoutes } from "./routes/administration.js";
import { addressOf } from "./caller-address.js";
import { auditRoutes } from "./routes/audit.js";
import { requireApiKey } from "./authentication.js";
import { allowOrigins } from "./cors.js";
import { deploymentRoutes } from "./routes/deployment.js";
import { serveDocumentation } from "./documentation.js";
import { MillraceError } from "../errors/millrace-error.js";
import { refuseClientError } from "./client-error.js";
import { defaultBodyBytes } from "./body-sizes.js";
import { boundParameters, maximumParameterLength } from "./bound-parameters.js";
import { closeQueries } from "./close-queries.js";
import { endEarlyAnswered } from "./early-answers.js";
import { serveErrorReports } from "./error-reports.js";
import { sendError } from "./error-response.js";
import { healthRoutes } from "./routes/health.js";
import { jobRoutes } from "./routes/jobs.js";
import { takeJsonBodies } from "./json-body.js";
import type { JobChanges } from "../jobs/job-changes.js";
import { createJobWatch } from "../jobs/watch-jobs.js";
import { jobControlRoutes } from "./routes/job-control.js";
import { jobEventRoutes } from "./routes/job-events.js";
import { jobOverviewRoutes } from "./routes/job-overview.js";
import { driftRoutes } from "./routes/drift.js";
import { limitBodies } from "./limit-bodies.js";
import { limitConnections } from "./limit-connections.js";
import { limitOpenRequests } from "./limit-open-requests.js";
import { masterKeyRoutes } from "./routes/master-key.js";
import { limitRoutes } from "./routes/limits.js";
import { metricsRoutes } from "./routes/metrics.js";
import { guardModels } from "./model-access.js";
import { modelArchiveRoutes } from "./routes/model-archives.js";
import { modelRoutes } from "./routes/models.js";
import { joinNames } from "./names-in-paths.js";
import { rememberOwnAddress } from "./own-address.js";
import { processingRoutes } from "./routes/processing.js";
import { recordActions } from "./record-actions.js";
import { requestIdHeader, requestIdOf } from "./request-id.js";
import { requirementRoutes } from "./routes/requirements.js";
import { resultRoutes } from "./routes/results.js";
import { guardRoutes } from "./route-rights.js";
import { sendSecurityHeaders } from "./security-headers.js";
import { tlsRules, type TlsPair } from "./tls.js";
import { closeSilentConnections } from "./silent-connections.js";
import { uploadRoutes } from "./routes/uploads.js";
import { contractSchemas } from "./validation.js";
import { createKeyWatch } from "./watch-keys.js";
import { webhookRoutes } from "./routes/webhooks.js";
import { voteRoutes } from "./routes/votes.js";

export interface AppOptions {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly blobs: BlobStore;
  readonly secrets: SecretBox;
  readonly masterKey: MasterKeyRotation;
  /** Which addresses callers may make this server connect to. */
  readonly outbound: Outbound;
  readonly submit: Submit;
  readonly catalog: Catalog;
  readonly deployed: DeployedModels;
  readonly loadManifest: LoadManifest;
  readonly audit: AuditLog;
  readonly slowSignIns: SlowSignIns;
  readonly rates: RequestRates;
  readonly modelPolicy: ModelPolicy;
  readonly isolation: Isolation;
  readonly log: Log;
  readonly limits: ClientLimits;
  /** Addresses and networks whose X-Forwarded headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** Base URL of links; undefined: the request's own. */
  readonly publicUrl: string | undefined;
  /** Where this installation takes reports of errors; undefined: errors point to the meaning of their code. */
  readonly supportUrl: string | undefined;
  /** Origins whose pages may call the API; undefined: all. */
  readonly corsOrigins: readonly string[] | undefined;
  /** Undefined: plain HTTP. */
  readonly tls: TlsPair | undefined;
}

/** The HTTP side of the server: parses, calls the rooms, translates errors. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { limits, tls, trustedProxies, publicUrl } = options;
  const publicPath = publicUrl === undefined ? "" : new URL(publicUrl).pathname.replace(/\/$/, "");
  const timeouts = { headersTimeout: limits.headersMs, connectionsCheckingInterval: Math.min(5_000, limits.headersMs) };
  const secure = tls && { ...timeouts, ...tls, ...tlsRules, handshakeTimeout: limits.headersMs };
  const app = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: requestIdOf,
    clientErrorHandler: refuseClientError,
    // refuseWhileClosing does this, with our error body.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    bodyLimit: defaultBodyBytes,
    requestTimeout: limits.requestMs,
    ...(secure === undefined ? { http: timeouts } : { https: secure }),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    schemaController: contractSchemas,
    routerOptions: { maxParamLength: maximumParameterLength, caseSensitive: true },
    rewriteUrl: (request) => joinNames(request.method, normalizeUrl(withoutPrefix(request.url ?? "/", publicPath))),
    // An idle keep-alive connection must not delay the server's stop.
    forceCloseConnections: "idle",
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header(requestIdHeader, request.id);
  });
  // First: errors of all other hooks name it.
  rememberOwnAddress(app, options);
  recordActions(app, options.audit);
  limitConnections(app, limits, trustedProxies);
  refuseWhileClosing(app);
  closeSilentConnections(app);
  endEarlyAnswered(app);
  app.addHook("onRequest", async (request) => {
    if (request.headers.authorization === undefined) await options.rates.admitAddress(addressOf(request) ?? "");
  });
  // Before the body is read.
  app.addHook("onRequest", async (request) => {
    if (request.is404) throw unknownRoute(request);
  });
  sendSecurityHeaders(app);
  const watch = createJobWatch(options);
  const keys = createKeyWatch(options);
  app.addHook("preClose", async () => watch.close());
  closeQueries(app);
  boundParameters(app);
  takeJsonBodies(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request) => {
    throw unknownRoute(request);
  });
  await allowOrigins(app, options.corsOrigins);
  await serveDocumentation(app);
  serveErrorReports(app, options);
  await app.register(healthRoutes, { prefix: "/api", pool: options.pool, isolation: options.isolation });
  await app.register(
    async (api) => {
      requireApiKey(api, options);
      guardRoutes(api);
      limitOpenRequests(api, limits.openRequestsPerKey);
      limitBodies(api, limits.bodyMemoryBytes);
      guardModels(api, options.pool);
      await api.register(jobRoutes, { ...options, watch, keys });
      await api.register(jobControlRoutes, options);
      await api.register(jobEventRoutes, { pool: options.pool, watch, keys });
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
      await api.register(limitRoutes, options);
      await api.register(auditRoutes, options);
      await api.register(masterKeyRoutes, options);
      await api.register(driftRoutes, options);
      await api.register(metricsRoutes, options);
      await api.register(webhookRoutes, options);
    },
    { prefix: "/api" },
  );
  return app;
}

/**
 * While the server stops, requests on open connections are rejected and responses close their connection, or the stop would
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

function unknownRoute({ method, url }: FastifyRequest): MillraceError {
  return new MillraceError("not_found", `Unknown route ${method} ${url.split("?")[0]}. See /api/docs.`);
}

/** A proxy may take the path of the public URL off, or leave it. */
function withoutPrefix(url: string, prefix: string): string {
  return prefix !== "" && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}

/** Published clients build `//api/...` from a base URL with a trailing slash, and `/api/api/...` from one that ends in /api. */
function normalizeUrl(url: string): string {
  return url.replace(/^\/{2,}/, "/").replace(/^(\/api){2,}(?=\/|\?|$)/, "/api");
}
