import { setTimeout as delay } from "node:timers/promises";
import { errors } from "undici";
import { withTimeLimit } from "../isolation/time-limit.js";
import type { HttpAnswer, HttpClient } from "../remote/http-client.js";
import { errorOf } from "./read-answer.js";
import { RequestFailure } from "./request-failure.js";
import { retryDelayMs } from "./retry-delay.js";

/** The largest response that is read, in bytes. */
export const maximumAnswerBytes = 4 * 2 ** 20;

const busyStatuses = [429, 502, 503, 504];
const mostLostConnections = 3;

export interface RequestOptions {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the request and all its repetitions. */
  readonly timeLimitMs: number;
  /** Cancels the request. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request until the server has answered it with 200: again after 429, 502, 503 and 504, as long as the time limit leaves room.
 *
 * @throws RequestFailure; ConnectionLostError when the server cannot be reached three times; the signal's reason.
 */
export async function sendRequest(client: HttpClient, options: RequestOptions): Promise<HttpAnswer> {
  const { path, headers, body, timeLimitMs, signal } = options;
  const limited = withTimeLimit(signal, timeLimitMs);
  const endsAt = performance.now() + timeLimitMs;
  let lost = 0;
  for (let attempt = 0; ; attempt += 1) {
    let answer: HttpAnswer | undefined;
    try {
      answer = await client.send("POST", path, { signal: limited, headers, body });
    } catch (error) {
      signal.throwIfAborted();
      if (limited.aborted) throw timedOut(timeLimitMs);
      if ((error as Error).cause instanceof errors.ResponseExceededMaxSizeError)
        throw new RequestFailure("model.invalid_output", `responded with more than ${maximumAnswerBytes} bytes`);
      if (++lost === mostLostConnections) throw error;
    }
    if (answer?.status === 200) return answer;
    if (answer !== undefined && !isBusy(answer)) throw refusalOf(answer);
    const pauseMs = retryDelayMs(answer?.headers ?? {}, attempt);
    if (answer !== undefined && performance.now() + pauseMs >= endsAt) throw stillBusy(answer, pauseMs, timeLimitMs);
    try {
      await delay(pauseMs, undefined, { signal: limited });
    } catch {
      signal.throwIfAborted();
      throw timedOut(timeLimitMs);
    }
  }
}

/** Not when the account has run out of credit: that is also a 429, but waiting does not help. */
function isBusy(answer: HttpAnswer): boolean {
  return busyStatuses.includes(answer.status) && errorOf(answer).code !== "insufficient_quota";
}

function timedOut(timeLimitMs: number): RequestFailure {
  return new RequestFailure("engine.timeout", `did not answer within ${timeLimitMs} ms, the limit of its model.yaml`);
}

function stillBusy(answer: HttpAnswer, pauseMs: number, timeLimitMs: number): RequestFailure {
  return new RequestFailure(
    answer.status === 429 ? "model.throttled" : "model.unavailable",
    `kept responding with ${answer.status}: ${errorOf(answer).words}; the next try in ${Math.ceil(pauseMs)} ms would be beyond ${timeLimitMs} ms, the limit of its model.yaml`,
  );
}

function refusalOf(answer: HttpAnswer): RequestFailure {
  const { status } = answer;
  const { words } = errorOf(answer);
  if (status === 401 || status === 403)
    return new RequestFailure(
      "model.access_denied",
      `responded with ${status}: ${words}; the operator sets keys of model servers in MILLRACE_MODEL_KEYS`,
    );
  if (status >= 300 && status < 400)
    return new RequestFailure(
      "model.refused",
      `responded with ${status}, a redirect, which is not followed: correct runner.address`,
    );
  const code = status === 429 ? "model.throttled" : status >= 500 ? "model.unavailable" : "model.refused";
  return new RequestFailure(code, `responded with ${status}: ${words}`);
}
