import { Readable } from "node:stream";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { JobResults } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { readOutput } from "../results/read-output.js";
import { streamResults } from "../results/read-results.js";
import type { BlobStore } from "../storage/blob-store.js";
import { callerOf } from "./authentication.js";
import { errorResponses } from "./error-response.js";

export interface ResultRoutesOptions {
  readonly pool: Pool;
  readonly blobs: BlobStore;
}

/** What came out of a job. */
export const resultRoutes: FastifyPluginCallbackTypebox<ResultRoutesOptions> = (app, { pool, blobs }, done) => {
  app.get(
    "/results/:job",
    {
      schema: {
        summary: "The results and failures of a job",
        description: "Answers at any time: what is finished by now, and `finished` once nothing will be added.",
        tags: ["results"],
        params: Type.Object({ job: Type.String() }),
        // Written piece by piece, so what is sent is a stream of what is documented.
        response: { 200: Type.Unsafe<Readable>(JobResults), ...errorResponses(401, 404) },
      },
    },
    async (request, reply) => {
      const base = `${request.protocol}://${request.host}/api/results`;
      const body = await streamResults(pool, callerOf(request), request.params.job, (job, input, output) =>
        [base, job, "datasource", encodeURIComponent(input), "output", encodeURIComponent(output)].join("/"),
      );
      return reply.type("application/json; charset=utf-8").send(Readable.from(body));
    },
  );

  const OutputPath = Type.Object({ job: Type.String(), input: Type.String(), output: Type.String() });
  for (const url of ["/results/:job/datasource/:input/output/:output", "/results/:job/:input/:output"]) {
    app.get(
      url,
      {
        schema: {
          summary: "The bytes of one output",
          tags: ["results"],
          params: OutputPath,
          produces: ["application/octet-stream"],
          response: { 200: Type.Any(), ...errorResponses(401, 404) },
        },
      },
      async (request, reply) => {
        const output = await readOutput({ database: pool, blobs }, callerOf(request), request.params);
        return reply
          .type(output.mediaType)
          .header("content-length", output.sizeBytes)
          .header("x-content-type-options", "nosniff")
          .send(output.body);
      },
    );
  }
  done();
};
