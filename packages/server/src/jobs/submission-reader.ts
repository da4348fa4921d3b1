import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { MillraceError } from "../errors/millrace-error.js";
import { onAbort } from "../lifecycle/on-abort.js";
import { createTurns } from "../lifecycle/turns.js";
import { readSubmission } from "./prepare-submission.js";
import type { SubmissionRequest, SubmissionResponse } from "./submission-messages.js";
import type { Submission } from "./submit.js";

/** Reads the bodies of submissions: large ones in a thread, which would hold the main one for seconds. */
export interface SubmissionReader {
  /**
   * Large bodies wait for each other; the memory of those that wait is the caller's to bound.
   *
   * @param bytes taken over where its memory is its own.
   * @throws MillraceError `invalid_request` naming the first invalid field; `payload_too_large` where reading it needs more memory than there
   *   is for one; the signal's reason.
   */
  read(bytes: Uint8Array | undefined, options: ReadOptions): Promise<Submission>;
  close(): Promise<void>;
}

export interface ReadOptions {
  /** Whether a repetition of the submission must be recognised. */
  readonly isKeyed: boolean;
  readonly signal: AbortSignal;
}

export interface SubmissionReaderOptions {
  /** Bodies above it are read in the thread; 256 KiB, which takes some milliseconds. */
  readonly largeBytes?: number;
  /** How long the thread is kept when it has nothing to do; 1 minute. */
  readonly idleMs?: number;
  /** The largest body that comes; 64 MiB. */
  readonly mostBytes?: number;
}

// The built thread, even when this file runs from source: a thread cannot load TypeScript.
const threadFile = createRequire(import.meta.url).resolve("@millrace/server/submission-thread");

/**
 * The heap limit of the thread. It is a backstop for our own bugs and must never be reached: `JSON.parse` cannot be interrupted, and if it
 * runs out of memory the whole process dies. The worst JSON for its size, short names without values, takes 20 times its size on the heap.
 */
function memoryMb(mostBytes: number): number {
  return 256 + 32 * Math.ceil(mostBytes / 2 ** 20);
}

export function createSubmissionReader({
  largeBytes = 2 ** 18,
  idleMs = 60_000,
  mostBytes = 64 * 2 ** 20,
}: SubmissionReaderOptions = {}): SubmissionReader {
  const turns = createTurns();
  let thread: Worker | undefined;
  let idleTimer: NodeJS.Timeout | undefined;

  const take = (): Worker => {
    clearTimeout(idleTimer);
    if (thread === undefined) {
      // It runs built code, so it needs neither this process's loaders nor its secrets.
      const options = { execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryMb(mostBytes) } };
      const started = new Worker(threadFile, { ...options, name: "submissions" });
      // Whoever waits hears of it, too; this listener keeps the crash of an idle thread from ending the process.
      started.on("error", () => undefined);
      started.once("exit", () => {
        if (thread === started) thread = undefined;
      });
      thread = started;
    }
    thread.ref();
    return thread;
  };
  const end = async (): Promise<void> => {
    clearTimeout(idleTimer);
    const ended = thread;
    thread = undefined;
    await ended?.terminate();
  };
  const keep = () => {
    thread?.unref();
    idleTimer = setTimeout(() => void end(), idleMs).unref();
  };

  return {
    async read(bytes, { isKeyed, signal }) {
      if (bytes === undefined || bytes.length <= largeBytes) return readSubmission(bytes, { isKeyed });
      const leave = await turns.enter("", 1, signal);
      if (signal.aborted) {
        leave();
        throw signal.reason as Error;
      }
      const responses = ask(take(), { bytes: ownBytes(bytes), isKeyed }, signal, async (fault) => {
        // Running work cannot be stopped in any other way.
        if (fault === undefined) keep();
        else await end();
        leave();
      });
      const { value: first } = await responses.next();
      if (first?.type === "refused") throw new MillraceError(first.code, first.message);
      if (first?.type !== "prepared") throw new Error(`A submission could not be read: ${describe(first)}`);
      const { prepared, total, namesJson } = first;
      return { prepared, inputs: { total, namesJson, rows: rowsOf(responses) } };
    },
    close: end,
  };
}

async function* rowsOf(responses: AsyncIterable<SubmissionResponse>): AsyncGenerator<Uint8Array> {
  for await (const response of responses) {
    if (response.type === "rows") yield response.rows;
    if (response.type === "failed") throw new Error(`The rows of a submission could not be made: ${response.message}`);
  }
}

/**
 * Sends a body to the thread; its answers wait until they are read.
 *
 * @param onEnd called after the last one, or with what kept it from coming.
 */
function ask(
  thread: Worker,
  request: SubmissionRequest,
  signal: AbortSignal,
  onEnd: (fault?: Error) => Promise<void>,
): AsyncGenerator<SubmissionResponse, undefined> {
  const received: SubmissionResponse[] = [];
  let fault: Error | undefined;
  let isOver = false;
  let wake = () => {};
  const settle = (reason?: Error) => {
    isOver = true;
    fault = reason;
    thread.off("message", onMessage).off("error", onError).off("exit", onExit);
    forgetSignal();
    void onEnd(reason);
    wake();
  };
  const onMessage = (response: SubmissionResponse) => {
    received.push(response);
    if (response.type === "prepared" || response.type === "rows") wake();
    else settle();
  };
  const onError = (error: unknown) => settle(translate(error));
  const onExit = () =>
    settle(
      new MillraceError("unavailable", "The server is stopping; nothing was changed. Try again in a few seconds."),
    );
  const forgetSignal = onAbort(signal, (reason) => settle(reason as Error));
  thread.on("message", onMessage).on("error", onError).on("exit", onExit);
  thread.postMessage(request, [request.bytes.buffer]);

  return (async function* () {
    for (;;) {
      const next = received.shift();
      if (next !== undefined) yield next;
      else if (fault !== undefined) throw fault;
      else if (isOver) return undefined;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  })();
}

function describe(response: SubmissionResponse | undefined): string {
  return response?.type === "failed" ? response.message : "its thread did not answer";
}

function translate(error: unknown): Error {
  if ((error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY")
    return new MillraceError(
      "payload_too_large",
      "The body needs more memory than the server has for one: split the job into smaller ones.",
    );
  return error instanceof Error ? error : new Error(String(error));
}

/** Copies a view: sending it would take its whole underlying buffer from others. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes);
}
