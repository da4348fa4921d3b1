import { Readable } from "node:stream";
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { InputFinishedEvent, JobProgressEvent, JobStateEvent } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { MillraceError } from "../../errors/millrace-error.js";
import { findJobRow } from "../../jobs/find-job.js";
import type { JobSnapshot, JobWatch } from "../../jobs/watch-jobs.js";
import { readInputEvents } from "../../results/read-input-events.js";
import { callerOf } from "../authentication.js";
import { errorResponses } from "../error-response.js";
import type { KeyWatch } from "../watch-keys.js";

// Proxies end connections that are silent; 15 s is what the specification of event streams advises.
const heartbeatMs = 15_000;
const reconnectMs = 1_000;

/** Server-sent events of a job (HTML Living Standard, section 9.2). */
export const jobEventRoutes: FastifyPluginCallbackTypebox<{ pool: Pool; watch: JobWatch; keys: KeyWatch }> = (
  app,
  { pool, watch, keys },
  done,
) => {
  app.get(
    "/jobs/:job/events",
    {
      schema: {
        summary: "Stream the events of a job",
        description:
          "Events: `state`, `progress`, and `input` for every input that finishes, from the first one on or after `Last-Event-ID`. The stream ends with the job, or when the API key is no longer accepted. See JobStateEvent, JobProgressEvent and InputFinishedEvent.",
        tags: ["jobs"],
        params: Type.Object({ job: Type.String() }),
        querystring: Type.Object({
          exclude: Type.Optional(Type.String({ description: "`inputs` omits `input` events." })),
        }),
        headers: Type.Object({
          "last-event-id": Type.Optional(Type.String({ description: "The id of the last event received." })),
        }),
        response: {
          200: {
            description: "Events",
            content: { "text/event-stream": { schema: Type.Unsafe<Readable>(Type.String()) } },
          },
          ...errorResponses(400, 401, 404),
        },
      },
    },
    async (request, reply) => {
      const job = await findJobRow(pool, callerOf(request), request.params.job);
      const lastEventId = parseLastEventId(request.headers["last-event-id"]);
      const signal = keys.during(request, reply);
      const changes = watch.changes(job.id, signal);
      const cursor = request.query.exclude === "inputs" ? undefined : lastEventId;
      const stream = Readable.from(withHeartbeat(describeChanges(pool, job.id, changes, cursor), signal));
      return reply
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .type("text/event-stream; charset=utf-8")
        .send(stream);
    },
  );
  done();
};

function parseLastEventId(header: string | undefined): number {
  if (header === undefined || header === "") return 0;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new MillraceError(
    "invalid_request",
    `The header Last-Event-ID is not valid: found ${JSON.stringify(header)}, expected the id of an event of this job, a whole number.`,
  );
}

/** The text of the events; without a cursor, inputs are omitted. */
async function* describeChanges(
  pool: Pool,
  jobId: number,
  changes: AsyncGenerator<JobSnapshot>,
  cursor: number | undefined,
): AsyncGenerator<string> {
  yield `retry: ${reconnectMs}\n\n`;
  let shownState = "";
  let sequence = cursor;
  for await (const snapshot of changes) {
    while (sequence !== undefined && sequence < snapshot.eventCount) {
      const read = await readInputEvents(pool, jobId, sequence);
      if (read.sequence === sequence) break;
      for (const { sequence: id, name, status, code, error } of read.events)
        yield `id: ${id}\n${eventText("input", { name, status, code, error } satisfies InputFinishedEvent)}`;
      sequence = read.sequence;
    }
    const { total, completed, failed, status, paused, statusReason } = snapshot;
    yield eventText("progress", {
      total,
      completed,
      failed,
      pending: total - completed - failed,
    } satisfies JobProgressEvent);
    const state = eventText("state", { status, paused, statusReason } satisfies JobStateEvent);
    if (state !== shownState) yield state;
    shownState = state;
  }
}

function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Sends a comment after a while without events. */
async function* withHeartbeat(events: AsyncGenerator<string>, signal: AbortSignal): AsyncGenerator<string> {
  try {
    let next = events.next();
    while (!signal.aborted) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), heartbeatMs);
      });
      // Also when there are no more events because the server stops: a timer that is left would keep its process for as long.
      const event = await Promise.race([next, silence]).finally(() => clearTimeout(timer));
      if (event === undefined) {
        yield ":\n\n";
        continue;
      }
      if (event.done === true) return;
      yield event.value;
      next = events.next();
    }
  } finally {
    await events.return(undefined);
  }
}
