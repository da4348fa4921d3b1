import { Transform } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { formatBytes } from "../errors/format-bytes.js";
import { MillraceError } from "../errors/millrace-error.js";
import { callerOf } from "./authentication.js";
import { createBodyBudget } from "./body-budget.js";
import { hasBody } from "./early-answers.js";

// A body slower than 1 KiB/s is aborted, or a few clients could hold memory for the whole request time-out.
const rateIntervalMs = 20_000;
const leastBytesPerInterval = 20 * 2 ** 10;

/**
 * Limits every body by its route's `bodyLimit`, by the budget that all bodies share until the response, and by a minimum rate.
 * For routes behind authentication, which comes before the body.
 */
export function limitBodies(app: FastifyInstance, budgetBytes: number): void {
  const budget = createBodyBudget(budgetBytes);
  const held = new WeakMap<FastifyRequest, { giveBack: () => void }>();

  app.addHook("preParsing", async (request, _reply, payload) => {
    if (!hasBody(request) || request.method === "GET" || request.method === "HEAD") return payload;
    const limitBytes = Math.min(request.routeOptions.bodyLimit, budgetBytes / 2);
    if (Number(request.headers["content-length"]) > limitBytes) throw tooLarge(limitBytes);

    const { accessKey } = callerOf(request);
    let receivedBytes = 0;
    let isOver = false;
    let bytesBefore = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (isOver) return done();
        if (receivedBytes + chunk.length > limitBytes) return done(tooLarge(limitBytes));
        if (!budget.take(accessKey, chunk.length)) return done(spent());
        receivedBytes += chunk.length;
        done(null, chunk);
      },
    });
    const pace = setInterval(() => {
      if (receivedBytes - bytesBefore < leastBytesPerInterval) meter.destroy(tooSlow());
      bytesBefore = receivedBytes;
    }, rateIntervalMs);
    const stopPace = () => clearInterval(pace);
    meter.once("end", stopPace).once("close", stopPace);
    held.set(request, {
      giveBack() {
        if (isOver) return;
        isOver = true;
        budget.giveBack(accessKey, receivedBytes);
      },
    });
    payload.once("error", (error) => meter.destroy(error));
    return payload.pipe(meter);
  });

  // The handler has finished with the body by then, even if the client left earlier.
  app.addHook("onSend", async (request) => held.get(request)?.giveBack());
}

function tooLarge(limitBytes: number): MillraceError {
  return new MillraceError(
    "payload_too_large",
    `The body is too large: this route accepts at most ${formatBytes(limitBytes)}. Put the files into a bucket, send smaller pieces, or split the job.`,
  );
}

function spent(): MillraceError {
  return new MillraceError(
    "unavailable",
    "The server has no memory for more bodies at the moment; nothing was changed. Try again in a few seconds.",
  );
}

function tooSlow(): MillraceError {
  return new MillraceError(
    "request_timeout",
    `The body arrives too slowly: less than ${formatBytes(leastBytesPerInterval)} in ${rateIntervalMs / 1_000} seconds. Check the connection and send it again.`,
  );
}
