import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import {
  AllVersionsQuery,
  Model,
  ModelListQuery,
  ModelSummary,
  ModelTag,
  ModelVersion,
  ModelVersionsQuery,
  ModelVersionSummary,
  ModelVisibility,
  TagCount,
  TaggedModels,
} from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { readModelVisibility } from "../../models/model-access.js";
import {
  findModel,
  findSamples,
  findTags,
  readVersion,
  latestModels,
  listAllVersions,
  listModels,
  listTags,
  listVersions,
  relatedModels,
  countTags,
} from "../../models/read-models.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { setPageHeaders } from "../page-headers.js";

const ModelPath = Type.Object({ model: Type.String() });
const VersionPath = Type.Object({ model: Type.String(), version: Type.String() });

/** List and read models. */
export const modelRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  app.get(
    "/models",
    {
      schema: {
        summary: "List models",
        tags: ["models"],
        querystring: ModelListQuery,
        response: { 200: Type.Array(ModelSummary), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { models, page, totalCount } = await listModels(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return models;
    },
  );

  app.get(
    "/models/latest",
    {
      schema: {
        summary: "List active models",
        tags: ["models"],
        response: { 200: Type.Array(Model), ...errorResponses(401) },
      },
    },
    (request) => latestModels(pool, callerOf(request)),
  );

  app.get(
    "/models/all/versions/all",
    {
      schema: {
        summary: "List the versions of all models",
        tags: ["models"],
        querystring: AllVersionsQuery,
        response: { 200: Type.Array(ModelVersion), ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { versions, page, totalCount } = await listAllVersions(pool, callerOf(request), request.query);
      setPageHeaders(request, reply, page, totalCount);
      return versions;
    },
  );

  app.get(
    "/models/tags",
    {
      schema: {
        summary: "List tags",
        tags: ["models"],
        response: { 200: Type.Array(ModelTag), ...errorResponses(401) },
      },
    },
    (request) => listTags(pool, callerOf(request)),
  );

  app.get(
    "/models/tags/count",
    {
      schema: {
        summary: "Count the models of each tag",
        tags: ["models"],
        response: { 200: Type.Array(TagCount), ...errorResponses(401) },
      },
    },
    (request) => countTags(pool, callerOf(request)),
  );

  app.get(
    "/models/tags/:tags",
    {
      schema: {
        summary: "List the models that have any of the comma-separated tags",
        tags: ["models"],
        params: Type.Object({ tags: Type.String() }),
        response: { 200: TaggedModels, ...errorResponses(401) },
      },
    },
    (request) => findTags(pool, callerOf(request), request.params.tags.split(",")),
  );

  app.get(
    "/models/:model/related-models",
    {
      schema: {
        summary: "List related models",
        tags: ["models"],
        params: ModelPath,
        response: { 200: Type.Array(Model), ...errorResponses(401, 404) },
      },
    },
    (request) => relatedModels(pool, callerOf(request), request.params.model),
  );

  app.get(
    "/models/:model",
    {
      schema: {
        summary: "Get a model",
        tags: ["models"],
        params: ModelPath,
        response: { 200: Model, ...errorResponses(401, 404) },
      },
    },
    (request) => findModel(pool, request.params.model),
  );

  app.get(
    "/models/:model/versions",
    {
      schema: {
        summary: "List the versions of a model",
        tags: ["models"],
        params: ModelPath,
        querystring: ModelVersionsQuery,
        response: { 200: Type.Array(ModelVersionSummary), ...errorResponses(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { versions, page, totalCount } = await listVersions(pool, request.params.model, request.query);
      if (page !== undefined) setPageHeaders(request, reply, page, totalCount);
      return versions;
    },
  );

  app.get(
    "/models/:model/versions/:version",
    {
      schema: {
        summary: "Get a model version",
        tags: ["models"],
        params: VersionPath,
        response: { 200: ModelVersion, ...errorResponses(401, 404) },
      },
    },
    (request) => readVersion(pool, request.params.model, request.params.version),
  );

  app.get(
    "/models/:model/visibility",
    {
      schema: {
        summary: "Get the accounts that see a model",
        tags: ["models"],
        params: ModelPath,
        response: { 200: ModelVisibility, ...errorResponses(401, 404) },
      },
    },
    (request) => readModelVisibility(pool, request.params.model),
  );

  for (const kind of ["input", "output"] as const) {
    app.get(
      `/models/:model/versions/:version/sample-${kind}`,
      {
        schema: {
          summary: kind === "input" ? "Get a sample submission" : "Get sample results",
          tags: ["models"],
          params: VersionPath,
          response: { 200: Type.Record(Type.String(), Type.Unknown()), ...errorResponses(401, 404) },
        },
      },
      async (request) =>
        (await findSamples(pool, request.params.model, request.params.version))[kind] as Record<string, unknown>,
    );
  }
  done();
};
