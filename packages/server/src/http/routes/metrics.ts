import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import {
  ActiveModel,
  ActiveUser,
  Alert,
  DataProcessed,
  MetricsQuery,
  PredictionsMade,
  TimeSeries,
} from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { findAlert, listAlerts } from "../../metrics/alerts.js";
import {
  readActiveModels,
  readActiveUsers,
  readDataProcessed,
  readPredictionsMade,
} from "../../metrics/job-metrics.js";
import { readProcessMetric } from "../../metrics/process-metrics.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";

/** Metrics of work done and of the machines, and alerts. */
export const metricsRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  const schema = { tags: ["metrics"], querystring: MetricsQuery };
  const errors = errorResponses(400, 401);

  app.get(
    "/metrics/data-processed",
    { schema: { ...schema, summary: "Get input bytes per day", response: { 200: DataProcessed, ...errors } } },
    (request) => readDataProcessed(pool, callerOf(request), request.query),
  );

  app.get(
    "/metrics/predictions-made",
    { schema: { ...schema, summary: "Get predictions per day", response: { 200: PredictionsMade, ...errors } } },
    (request) => readPredictionsMade(pool, callerOf(request), request.query),
  );

  app.get(
    "/metrics/active-users",
    {
      schema: {
        ...schema,
        summary: "List the users with the most jobs",
        response: { 200: Type.Array(ActiveUser), ...errors },
      },
    },
    (request) => readActiveUsers(pool, callerOf(request), request.query),
  );

  app.get(
    "/metrics/active-models",
    {
      schema: {
        ...schema,
        summary: "List the model versions with the most jobs",
        response: { 200: Type.Array(ActiveModel), ...errors },
      },
    },
    (request) => readActiveModels(pool, callerOf(request), request.query),
  );

  app.get(
    "/metrics/prometheus/:metric",
    {
      schema: {
        ...schema,
        summary: "Get CPU and memory usage over time",
        params: Type.Object({ metric: Type.String() }),
        response: { 200: TimeSeries, ...errors, ...errorResponses(404) },
      },
    },
    (request) => readProcessMetric(pool, request.params.metric, request.query),
  );

  app.get(
    "/notifications/alerts",
    {
      schema: {
        summary: "List alerts",
        tags: ["metrics"],
        response: { 200: Type.Array(Alert), ...errorResponses(401) },
      },
    },
    (request) => listAlerts(pool, callerOf(request)),
  );

  app.get(
    "/notifications/alerts/:type",
    {
      schema: {
        summary: "List the identifiers an alert affects",
        tags: ["metrics"],
        params: Type.Object({ type: Type.String() }),
        response: { 200: Type.Array(Type.String()), ...errorResponses(401, 404) },
      },
    },
    (request) => findAlert(pool, callerOf(request), request.params.type),
  );
  done();
};
