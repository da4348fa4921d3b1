import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { JobReceipt } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import type { JobChanges } from "../../jobs/job-changes.js";
import { appendPiece, closeJob } from "../../jobs/upload.js";
import type { BlobStore } from "../../storage/blob-store.js";
import { callerOf } from "../authentication.js";
import { pieceBodyBytes } from "../body-sizes.js";
import { errorResponses } from "../error-response.js";
import { written } from "../json-text-response.js";
import { binaryPart, requirePart, takeMultipartBodies } from "../multipart-body.js";

export interface UploadRoutesOptions {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly blobs: BlobStore;
}

/** The files of an open job: append piece by piece, then close. */
export const uploadRoutes: FastifyPluginCallbackTypebox<UploadRoutesOptions> = (
  app,
  { pool, changes, blobs },
  done,
) => {
  takeMultipartBodies(app);

  app.post(
    "/jobs/:job/close",
    {
      schema: {
        summary: "Close an open job",
        description: "The body must be empty. Closing a job again returns it unchanged.",
        tags: ["jobs"],
        params: Type.Object({ job: Type.String() }),
        response: { 200: written(JobReceipt), ...errorResponses(400, 401, 404, 409) },
      },
    },
    (request) => closeJob({ pool, changes }, callerOf(request), request.params.job),
  );

  app.post(
    "/jobs/:job/:input/:dataItem",
    {
      bodyLimit: pieceBodyBytes,
      schema: {
        summary: "Append a chunk to a data item of an open job",
        description:
          "Send a multipart body whose part `input` holds the bytes. Chunks are joined in the order they arrive.",
        tags: ["jobs"],
        consumes: ["multipart/form-data", "multipart/mixed"],
        body: Type.Object({ input: binaryPart }),
        params: Type.Object({ job: Type.String(), input: Type.String(), dataItem: Type.String() }),
        response: { 204: Type.Null(), ...errorResponses(400, 401, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const bytes = requirePart(request.body, "input");
      await appendPiece({ pool, blobs }, callerOf(request), request.params, bytes);
      return reply.code(204).send(null);
    },
  );
  done();
};
