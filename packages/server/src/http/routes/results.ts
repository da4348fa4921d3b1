import { Readable } from "node:stream";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { JobResults } from "@millrace/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import Type from "typebox";
import { parsePage, type PageQuery } from "../../database/paging.js";
import { readOutput } from "../../results/read-output.js";
import { streamResultLines, streamResults, type OutputAddress } from "../../results/read-results.js";
import type { BlobStore } from "../../storage/blob-store.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { ownAddress } from "../own-address.js";
import { setPageHeaders } from "../page-headers.js";
import { foreignContentHeaders } from "../security-headers.js";

export interface ResultRoutesOptions {
  readonly pool: Pool;
  readonly blobs: BlobStore;
}

const lines = "application/x-ndjson";

// Streams the documented body.
const StreamedResults = Type.Unsafe<Readable>(JobResults);

/** Results of jobs. */
export const resultRoutes: FastifyPluginCallbackTypebox<ResultRoutesOptions> = (app, { pool, blobs }, done) => {
  app.get(
    "/results/:job",
    {
      schema: {
        summary: "Get the results and failures of a job",
        description:
          "Can be called at any time: returns what has finished so far, and `finished` once nothing more will be added. Returns all inputs or, with `page` or `per-page`, one page of them. " +
          `With \`Accept: ${lines}\`, returns one line of JSON per finished input.`,
        tags: ["results"],
        params: Type.Object({ job: Type.String() }),
        querystring: Type.Object({ page: Type.Optional(Type.String()), "per-page": Type.Optional(Type.String()) }),
        response: { 200: StreamedResults, ...errorResponses(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { job } = request.params;
      const page = isPaged(request.query) ? parsePage(request.query) : undefined;
      const wantsLines = request.headers.accept?.includes(lines) ?? false;
      const stream = wantsLines ? streamResultLines : streamResults;
      const { body, totalCount } = await stream(pool, callerOf(request), job, addressOf(request), { page });
      if (page !== undefined) setPageHeaders(request, reply, page, totalCount);
      return reply.type(wantsLines ? lines : "application/json; charset=utf-8").send(streamOf(body));
    },
  );

  for (const url of ["/results/:job/datasource/:input", "/results/:job/:input"]) {
    app.get(
      url,
      {
        schema: {
          summary: "Get the result of one input",
          tags: ["results"],
          params: Type.Object({ job: Type.String(), input: Type.String() }),
          response: { 200: StreamedResults, ...errorResponses(401, 404) },
        },
      },
      async (request, reply) => {
        const { job, input } = request.params;
        const { body } = await streamResults(pool, callerOf(request), job, addressOf(request), { inputName: input });
        return reply.type("application/json; charset=utf-8").send(streamOf(body));
      },
    );
  }

  const OutputPath = Type.Object({ job: Type.String(), input: Type.String(), output: Type.String() });
  const sendOutput = async (
    request: FastifyRequest<{ Params: Type.Static<typeof OutputPath> }>,
    reply: FastifyReply,
  ) => {
    const output = await readOutput({ database: pool, blobs }, callerOf(request), request.params);
    return reply
      .type(canBeHeader(output.mediaType) ? output.mediaType : "application/octet-stream")
      .header("content-length", output.sizeBytes)
      .headers(foreignContentHeaders(request.params.output))
      .send(output.body);
  };
  for (const url of ["/results/:job/datasource/:input/output/:output", "/results/:job/:input/:output"]) {
    const response = { 200: Type.Any(), ...errorResponses(401, 404) };
    app.get(
      url,
      { schema: { summary: "Download an output", tags: ["results"], params: OutputPath, response } },
      sendOutput,
    );
  }
  done();
};

/** Models choose the type; a line break in it would make the header invalid. */
function canBeHeader(value: string): boolean {
  return /^[\x21-\x7e][\x20-\x7e]*$/.test(value);
}

/** By default, a stream of texts reads sixteen of them ahead. */
function streamOf(body: AsyncGenerator<string>): Readable {
  return Readable.from(body, { objectMode: false });
}

function isPaged(query: PageQuery): boolean {
  return query.page !== undefined || query["per-page"] !== undefined;
}

function addressOf(request: FastifyRequest): OutputAddress {
  const base = `${ownAddress(request)}/api/results`;
  return (job, input, output) =>
    [base, job, "datasource", encodeURIComponent(input), "output", encodeURIComponent(output)].join("/");
}
