import { Readable } from "node:stream";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { AuditEntry, AuditQuery } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { listAuditEntries, streamAuditLines } from "../../audit/read-audit-log.js";
import { parsePage } from "../../database/paging.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import { setNextPage } from "../page-headers.js";

const lines = ["application/jsonl", "application/x-ndjson"];

// JSON lines are sent as a stream of the documented entries.
const Entries = Type.Unsafe<AuditEntry[] | Readable>(Type.Array(AuditEntry));

/** Read the audit log: for auditors. */
export const auditRoutes: FastifyPluginCallbackTypebox<{ readonly pool: Pool }> = (app, { pool }, done) => {
  app.get(
    "/audit",
    {
      schema: {
        summary: "List the audit log, newest first",
        description: `Every change, and everything that was refused. The \`Link\` header leads to older entries. With \`Accept: ${lines[0]}\` all entries that match, one line of JSON each.`,
        tags: ["audit"],
        querystring: AuditQuery,
        response: { 200: Entries, ...errorResponses(400, 401) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const wanted = lines.find((type) => request.headers.accept?.includes(type));
      if (wanted !== undefined) {
        const body = streamAuditLines(pool, callerOf(request), query);
        return reply.type(wanted).send(Readable.from(body, { objectMode: false }));
      }
      const entries = await listAuditEntries(pool, callerOf(request), query);
      const last = entries.at(-1);
      if (last !== undefined && entries.length === parsePage(query).size)
        setNextPage(request, reply, { before: last.identifier });
      return entries;
    },
  );
  done();
};
