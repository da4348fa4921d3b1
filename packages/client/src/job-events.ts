import type { InputFinishedEvent, JobProgressEvent, JobStateEvent } from "./contract.js";
import { ConnectionError } from "./errors.js";
import { backoffMs, isTransient } from "./http/retry.js";
import { sleep } from "./http/sleep.js";
import type { Transport } from "./http/transport.js";
import { hasEnded, parseJobStatus } from "./job-status.js";

/** Something that happened to a job. */
export type JobEvent =
  | ({ readonly type: "state" } & JobStateEvent)
  | ({ readonly type: "progress" } & JobProgressEvent)
  | ({
      readonly type: "input";
      /** Pass it as `lastEventId` to resume after this input. */
      readonly id: string;
    } & InputFinishedEvent);

export interface JobEventOptions {
  /** Resumes after this event; starts at the first input by default. */
  readonly lastEventId?: string | undefined;
  /** False leaves the `input` events out; true by default. */
  readonly inputs?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

// What our server asks for with `retry`.
const reconnectMs = 1_000;
const longestPauseMs = 30_000;

/**
 * @internal Follows a job until it ends, reconnecting as needed; every input is reported exactly once.
 *
 * @param maximumFailures in a row, connections that end too early among them; no limit by default.
 */
export async function* followJob(
  transport: Transport,
  path: string,
  { lastEventId = "", inputs = true, signal = new AbortController().signal }: JobEventOptions,
  maximumFailures = Number.POSITIVE_INFINITY,
): AsyncGenerator<JobEvent> {
  let cursor = lastEventId;
  for (let failures = 0; ;) {
    try {
      const messages = transport.events({
        method: "GET",
        path: `${path}/events`,
        query: inputs ? {} : { exclude: "inputs" },
        headers: { accept: "text/event-stream", ...(cursor === "" ? {} : { "last-event-id": cursor }) },
        signal,
      });
      for await (const { name, data, lastEventId: id } of messages) {
        failures = 0;
        if (name === "input") cursor = id;
        const event = parseEvent(name, data, id);
        if (event === undefined) continue;
        yield event;
        if (event.type === "state" && hasEnded(event.status)) return;
      }
      // Balancers end what lasts long, and some of them everything.
      throw new ConnectionError("The server closed the event stream of a job that is still running.");
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (!isTransient(error) || failures > maximumFailures) throw error;
      await sleep(Math.max(reconnectMs, Math.min(longestPauseMs, backoffMs(failures, error))), signal);
    }
  }
}

function parseEvent(name: string, data: string, id: string): JobEvent | undefined {
  let value: object;
  try {
    value = JSON.parse(data) as object;
  } catch (error) {
    throw new ConnectionError(`A job event is not valid JSON: ${name}.`, { cause: error });
  }
  if (name === "state") {
    const state = value as JobStateEvent;
    return { type: "state", ...state, status: parseJobStatus(state.status, "The job") };
  }
  if (name === "progress") return { type: "progress", ...(value as JobProgressEvent) };
  if (name === "input") return { type: "input", id, ...(value as InputFinishedEvent) };
  return undefined;
}
