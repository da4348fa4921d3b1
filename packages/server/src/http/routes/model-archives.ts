import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { DeployedVersion } from "@millrace/contract";
import type { ModelPolicy } from "@millrace/runners";
import type { Pool } from "pg";
import Type from "typebox";
import type { ClientLimits } from "../../limits/client-limits.js";
import { describeCaller } from "../../accounts/describe-caller.js";
import { MillraceError } from "../../errors/millrace-error.js";
import type { Catalog } from "../../models/catalog.js";
import { deployArchive } from "../../models/deploy-archive.js";
import type { DeployedModels } from "../../models/deployed-models.js";
import { readVersion } from "../../models/read-models.js";
import { removeVersion } from "../../models/remove-version.js";
import type { Outbound } from "../../outbound/outbound.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { binaryPart } from "../multipart-body.js";

export interface ModelArchiveRoutesOptions {
  readonly pool: Pool;
  readonly catalog: Catalog;
  readonly deployed: DeployedModels;
  readonly limits: Pick<ClientLimits, "archiveBytes">;
  readonly outbound: Outbound;
  readonly modelPolicy: ModelPolicy;
}

/** Deploy a version from an archive in one call, and delete versions. */
export const modelArchiveRoutes: FastifyPluginCallbackTypebox<ModelArchiveRoutesOptions> = (
  app,
  { pool, catalog, deployed, outbound, limits, modelPolicy },
  done,
) => {
  const tags = ["deployment"];
  app.addContentTypeParser(
    ["application/gzip", "application/x-gzip", "application/x-tar", "application/octet-stream"],
    { parseAs: "buffer" },
    (_request, body, parsed) => parsed(null, body),
  );

  app.post(
    "/models/archive",
    {
      bodyLimit: limits.archiveBytes,
      schema: {
        summary: "Deploy a version from a tar archive of a folder with model.yaml and samples",
        description:
          "The archive may be gzipped. The server loads the version, runs its samples, compares the results and activates it.",
        tags,
        consumes: ["application/gzip", "application/x-tar"],
        body: binaryPart,
        response: { 201: DeployedVersion, ...errorResponses(400, 401, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body))
        throw new MillraceError("unsupported_media_type", "Send the archive as the body, as application/gzip.");
      const author = await describeCaller(pool, callerOf(request));
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort(new Error("The client disconnected.")));
      const { model, version, warnings } = await deployArchive(
        { database: pool, deployed, outbound, modelPolicy },
        request.body,
        author,
        gone.signal,
      );
      return reply.code(201).send({ ...(await readVersion(pool, model, version)), warnings: [...warnings] });
    },
  );

  app.delete(
    "/models/:model/versions/:version",
    {
      schema: {
        summary: "Delete an inactive version",
        tags,
        params: Type.Object({ model: Type.String(), version: Type.String() }),
        response: { 200: Type.Object({}), ...errorResponses(401, 404, 409) },
      },
    },
    async (request) => {
      await removeVersion({ database: pool, catalog, deployed }, request.params);
      return {};
    },
  );
  done();
};
