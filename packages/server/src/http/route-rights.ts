import type { FastifyInstance } from "fastify";
import { requireRight, type RightName } from "../accounts/rights.js";
import { callerOf } from "./authentication.js";
import { errorResponses } from "./error-response.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The right that the route requires of its caller. */
    right?: RightName;
  }
}

/** The right that each route below `/api` requires. The rooms decide which jobs, models and keys the caller can access. */
const routeRights = new Map<string, RightName>(
  Object.entries<readonly string[]>({
    CAN_READ: [
      "GET /jobs",
      "GET /jobs/:job",
      "GET /jobs/:job/events",
      "GET /jobs/features",
      "GET /jobs/history",
      "GET /jobs/history/:job",
      "GET /jobs/statistics",
      "GET /jobs/statistics/:accessKey",
      "GET /results/:job",
      "GET /results/:job/:input",
      "GET /results/:job/:input/:output",
      "GET /results/:job/datasource/:input",
      "GET /results/:job/datasource/:input/output/:output",
      "GET /results/:job/vote/:input",
      "GET /models",
      "GET /models/latest",
      "GET /models/all/versions/all",
      "GET /models/tags",
      "GET /models/tags/count",
      "GET /models/tags/:tags",
      "GET /models/requirements/account",
      "GET /models/processing-engines",
      "GET /models/:model",
      "GET /models/:model/image/:sequence",
      "GET /models/:model/related-models",
      "GET /models/:model/visibility",
      "GET /models/:model/versions",
      "GET /models/:model/versions/:version",
      "GET /models/:model/versions/:version/container-image",
      "GET /models/:model/versions/:version/drift",
      "GET /models/:model/versions/:version/run-process",
      "GET /models/:model/versions/:version/sample-input",
      "GET /models/:model/versions/:version/sample-output",
      "GET /resources/processing/engines",
      "GET /resources/processing/models",
      "GET /metrics/data-processed",
      "GET /metrics/predictions-made",
      "GET /metrics/active-users",
      "GET /metrics/active-models",
      "GET /metrics/prometheus/:metric",
      "GET /notifications/alerts",
      "GET /notifications/alerts/:type",
    ],
    CAN_READ_ACCOUNT: [
      "GET /license",
      "GET /accounting/entitlements",
      "GET /accounting/users",
      "POST /accounting/users/search",
      "GET /accounting/projects",
      "GET /accounting/projects/:project",
      "GET /accounting/access-keys",
      "GET /accounting/teams",
      "GET /accounting/accounts",
      "GET /accounting/accounts/:account",
      "GET /accounting/accounts/:account/limits",
      "GET /accounting/teams/:team/limits",
      "GET /accounting/access-keys/:prefix/limits",
    ],
    CAN_SUBMIT_JOBS: [
      "POST /jobs",
      "DELETE /jobs",
      "DELETE /jobs/:job",
      "POST /jobs/:job/close",
      "POST /jobs/:job/pause",
      "POST /jobs/:job/priority",
      "POST /jobs/:job/resume",
      "POST /jobs/:job/retry",
      "POST /jobs/:job/:input/:dataItem",
      "POST /results/:job/upvote/:input",
      "POST /results/:job/downvote/:input",
      "DELETE /results/:job/vote/:input",
    ],
    CAN_EDIT_MODELS: [
      "POST /models",
      "POST /models/archive",
      "PATCH /models/:model",
      "POST /models/:model/image",
      "PUT /models/:model/visibility",
      "POST /models/:model/versions",
      "PATCH /models/:model/versions/:version",
      "DELETE /models/:model/versions/:version",
      "POST /models/:model/versions/:version/container-image",
      "POST /models/:model/versions/:version/load-process",
      "POST /models/:model/versions/:version/run-process",
      "POST /models/:model/versions/:version/testInput",
      "PUT /models/:model/versions/:version/sample-input",
      "PUT /models/:model/versions/:version/sample-output",
    ],
    CAN_PATCH_PROCESSING_MODEL_VERSION: ["PATCH /models/:model/versions/:version/processing"],
    CAN_MANAGE_ACCOUNT: [
      "POST /accounting/accounts/:account/users",
      "PATCH /accounting/users/:user",
      "POST /accounting/teams",
      "POST /accounting/projects",
      "PATCH /accounting/projects/:project",
      "POST /accounting/access-keys",
      "PATCH /accounting/access-keys/:prefix",
      "POST /accounting/access-keys/:prefix/rotate",
      "PUT /accounting/access-keys/:prefix/roles",
      "PUT /accounting/access-keys/:prefix/limits",
      "PUT /accounting/teams/:team/limits",
      "GET /webhooks",
      "POST /webhooks",
      "GET /webhooks/:webhook",
      "PATCH /webhooks/:webhook",
      "DELETE /webhooks/:webhook",
      "POST /webhooks/:webhook/rotate",
      "POST /webhooks/:webhook/test",
      "GET /webhooks/:webhook/deliveries",
    ],
    CAN_READ_AUDIT_LOG: ["GET /audit"],
    CAN_MANAGE_ALL_ACCOUNTS: [
      "POST /accounting/accounts",
      "PUT /accounting/accounts/:account/limits",
      "GET /accounting/master-key",
      "POST /accounting/master-key/rotate",
    ],
  } satisfies Record<RightName, readonly string[]>).flatMap(([right, routes]) =>
    routes.map((route) => [route, right as RightName] as const),
  ),
);

/**
 * Requires that the caller has the route's right. Register after authentication and before the routes.
 *
 * @throws Error during registration, for a route missing from the table.
 */
export function guardRoutes(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const name = `${String(route.method).replace("HEAD", "GET")} ${route.url.slice(route.prefix.length)}`;
    const right = routeRights.get(name);
    if (right === undefined) throw new Error(`The route ${name} has no entry in routeRights: say who may call it.`);
    route.config = { ...route.config, right };
    const response = { ...errorResponses(403), ...(route.schema?.response as object | undefined) };
    // Shown in the OpenAPI document.
    route.schema = Object.assign({ "x-right": right }, route.schema, { response });
  });
  app.addHook("onRequest", async (request) => {
    const { right } = request.routeOptions.config;
    if (right !== undefined) requireRight(callerOf(request), right);
  });
}
