import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { Model, ModelVersion, ModelVisibility, TestRun } from "@millrace/contract";
import type { ModelPolicy } from "@millrace/runners";
import type { Pool } from "pg";
import Type from "typebox";
import { describeCaller } from "../../accounts/describe-caller.js";
import { findJobRow } from "../../jobs/find-job.js";
import type { Submit } from "../../jobs/submit.js";
import { parseCapacity, setCapacity } from "../../models/capacity.js";
import { loadVersion } from "../../engines/load-version.js";
import type { LoadManifest } from "../../models/load-manifest.js";
import type { Outbound } from "../../outbound/outbound.js";
import { ImageReference, readImageState, setContainerImage } from "../../models/container-image.js";
import { createModel, createVersion, NewModel, NewVersion } from "../../models/create-version.js";
import {
  ModelDescription,
  updateModel,
  parseVersionDescription,
  updateVersion,
  VersionDescription,
} from "../../models/update-version.js";
import { setModelVisibility } from "../../models/model-access.js";
import { addModelImage, findModelImage } from "../../models/model-images.js";
import { findModel, readVersion, setSample } from "../../models/read-models.js";
import { setTestInput } from "../../models/test-input.js";
import { findTestJob, startTestRun, testInputName } from "../../jobs/test-run.js";
import { readEntry } from "../../results/read-results.js";
import type { BlobStore } from "../../storage/blob-store.js";
import { callerOf } from "../authentication.js";
import { pieceBodyBytes } from "../body-sizes.js";
import { errorResponses } from "../error-response.js";
import { binaryPart, requirePart, takeMultipartBodies } from "../multipart-body.js";
import { foreignContentHeaders } from "../security-headers.js";

const ModelPath = Type.Object({ model: Type.String() });
const VersionPath = Type.Object({ model: Type.String(), version: Type.String() });
const Done = Type.Object({});
const FilePart = Type.Object({ file: binaryPart });
const Sample = Type.Optional(Type.Object({}, { additionalProperties: true, description: "Any JSON object." }));
const multipart = ["multipart/form-data"];

export interface DeploymentRoutesOptions {
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly loadManifest: LoadManifest;
  readonly outbound: Outbound;
  readonly submit: Submit;
  readonly modelPolicy: ModelPolicy;
}

/** Create models and versions through the API, in the steps of the published Python client. */
export const deploymentRoutes: FastifyPluginCallbackTypebox<DeploymentRoutesOptions> = (
  app,
  { pool, blobs, loadManifest, outbound, submit, modelPolicy },
  done,
) => {
  takeMultipartBodies(app);
  const tags = ["deployment"];
  const errors = errorResponses(400, 401, 404, 409, 415);

  app.post(
    "/models",
    {
      schema: {
        summary: "Create a model with its first version",
        tags,
        body: NewModel,
        response: { 201: Model, ...errors },
      },
    },
    async (request, reply) => {
      const identifier = await createModel(pool, request.body, await describeCaller(pool, callerOf(request)));
      return reply.code(201).send(await findModel(pool, identifier));
    },
  );

  app.post(
    "/models/:model/versions",
    {
      schema: {
        summary: "Create a model version",
        tags,
        body: NewVersion,
        params: ModelPath,
        response: { 201: ModelVersion, ...errors },
      },
    },
    async (request, reply) => {
      const { model } = request.params;
      await createVersion(pool, model, request.body, await describeCaller(pool, callerOf(request)));
      return reply.code(201).send(await readVersion(pool, model, (request.body as { version: string }).version));
    },
  );

  app.patch(
    "/models/:model",
    {
      schema: {
        summary: "Update a model's summary and tags",
        tags,
        body: Type.Optional(ModelDescription),
        params: ModelPath,
        response: { 200: Model, ...errors },
      },
    },
    async (request) => {
      await updateModel(pool, request.params.model, request.body ?? {});
      return findModel(pool, request.params.model);
    },
  );

  app.put(
    "/models/:model/visibility",
    {
      schema: {
        summary: "Set which accounts see a model: its own, those named, or all",
        tags,
        body: ModelVisibility,
        params: ModelPath,
        response: { 200: ModelVisibility, ...errors },
      },
    },
    (request) => setModelVisibility(pool, request.params.model, request.body),
  );

  for (const url of ["/models/:model/versions/:version", "/models/:model/versions/:version/processing"]) {
    app.patch(
      url,
      {
        schema: {
          summary: "Update a version's description, capacity or status",
          tags,
          body: Type.Optional(VersionDescription),
          params: VersionPath,
          response: { 200: ModelVersion, ...errors },
        },
      },
      async (request) => {
        const { model, version } = request.params;
        const body = (request.body ?? {}) as Record<string, unknown>;
        const { processing: before } = await readVersion(pool, model, version);
        const capacity = parseCapacity(body);
        const description = parseVersionDescription(body);
        const isNew =
          capacity?.minimum !== before.minimumParallelCapacity || capacity.maximum !== before.maximumParallelCapacity;
        if (capacity !== undefined && isNew) await setCapacity(pool, request.params, capacity);
        await updateVersion(pool, request.params, description);
        return readVersion(pool, model, version);
      },
    );
  }

  app.post(
    "/models/:model/versions/:version/container-image",
    {
      schema: {
        summary: "Set a version's container image",
        tags,
        body: ImageReference,
        params: VersionPath,
        response: { 200: Done, ...errors },
      },
    },
    async (request) => {
      await setContainerImage(pool, request.params, request.body);
      return {};
    },
  );

  app.get(
    "/models/:model/versions/:version/container-image",
    {
      schema: {
        summary: "Get the status of a version's container image",
        tags,
        params: VersionPath,
        response: {
          200: Type.Object({
            percentage: Type.Integer(),
            uploadStatus: Type.String(),
            uploadPercentage: Type.Integer(),
            loadStatus: Type.String(),
            loadPercentage: Type.Integer(),
            containerImageSize: Type.Integer(),
            registryHost: Type.String(),
            repositoryNamespace: Type.String(),
            repositoryName: Type.String(),
          }),
          ...errors,
        },
      },
    },
    (request) => readImageState(pool, request.params),
  );

  app.post(
    "/models/:model/versions/:version/load-process",
    {
      schema: {
        summary: "Check that a version loads",
        tags,
        params: VersionPath,
        response: { 200: Done, ...errors },
      },
    },
    async (request) => {
      await loadVersion(pool, loadManifest, outbound, request.params, modelPolicy);
      return {};
    },
  );

  app.post(
    "/models/:model/versions/:version/testInput",
    {
      bodyLimit: pieceBodyBytes,
      schema: {
        summary: "Upload the input of a version's test run",
        tags,
        consumes: multipart,
        body: FilePart,
        params: VersionPath,
        querystring: Type.Object({ name: Type.String() }),
        response: { 200: Done, ...errors },
      },
    },
    async (request) => {
      await setTestInput(
        { database: pool, blobs },
        request.params,
        request.query.name,
        requirePart(request.body, "file"),
      );
      return {};
    },
  );

  app.post(
    "/models/:model/versions/:version/run-process",
    {
      schema: {
        summary: "Start a test run",
        tags,
        params: VersionPath,
        response: { 200: Done, ...errors },
      },
    },
    async (request) => {
      await startTestRun(pool, submit, callerOf(request), request.params);
      return {};
    },
  );

  app.get(
    "/models/:model/versions/:version/run-process",
    {
      schema: {
        summary: "Get the status of the test run",
        tags,
        params: VersionPath,
        response: { 200: TestRun, ...errors },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const job = await findTestJob(pool, request.params);
      const { status, total, completed, failed } = await findJobRow(pool, caller, job);
      const entry = await readEntry(pool, caller, job, testInputName);
      const isOver = completed + failed === total;
      return { step: 1, stepName: status, percentage: isOver ? 100 : 0, result: isOver ? entry : null };
    },
  );

  for (const kind of ["input", "output"] as const) {
    app.put(
      `/models/:model/versions/:version/sample-${kind}`,
      {
        schema: {
          summary: kind === "input" ? "Set the sample submission" : "Set the sample results",
          tags,
          body: Sample,
          params: VersionPath,
          response: { 200: Done, ...errors },
        },
      },
      async (request) => {
        await setSample(pool, request.params, kind, request.body ?? {});
        return {};
      },
    );
  }

  app.post(
    "/models/:model/image",
    {
      bodyLimit: pieceBodyBytes,
      schema: {
        summary: "Add an image to a model card",
        tags,
        consumes: multipart,
        body: FilePart,
        params: ModelPath,
        querystring: Type.Object({ description: Type.Optional(Type.String()) }),
        response: { 200: Done, ...errors },
      },
    },
    async (request) => {
      const bytes = requirePart(request.body, "file");
      await addModelImage({ database: pool, blobs }, request.params.model, request.query.description ?? "", bytes);
      return {};
    },
  );

  app.get(
    "/models/:model/image/:sequence",
    {
      schema: {
        summary: "Get an image of a model card",
        tags,
        params: Type.Object({
          model: Type.String(),
          sequence: Type.String({ pattern: "^\\d{1,6}$", description: "a whole number" }),
        }),
        response: { 200: Type.Any(), ...errors },
      },
    },
    async (request, reply) => {
      const { model, sequence } = request.params;
      const { mediaType, blobKey } = await findModelImage(pool, model, Number(sequence));
      return reply
        .type(mediaType)
        .headers(foreignContentHeaders(`${model}-${sequence}.${mediaType.replace(/^image\//, "")}`))
        .send((await blobs.read(blobKey)).stream);
    },
  );
  done();
};
