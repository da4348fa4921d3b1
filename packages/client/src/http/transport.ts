import { apiError, ApiError, ConnectionError, TimeoutError } from "../errors.js";
import { openDeadline, untilAborted } from "./deadline.js";
import { readErrorResponse } from "./error-response.js";
import { readEventStream, type ServerSentEvent } from "./event-stream.js";
import { readBytes, readChunks } from "./read-body.js";
import { backoffMs, isWorthRetrying, parseRetryAfterMs } from "./retry.js";
import { sleep } from "./sleep.js";
import { writeJson } from "./write-json.js";

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call, its body and all its retries; the client's `timeoutMs` by default. */
  readonly timeoutMs?: number | undefined;
}

export interface TransportOptions {
  /** Ends in `/api`. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly maximumRetries: number;
}

/** Parameters of a request; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | Date | undefined>>;

export interface TransportRequest extends CallOptions {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api`, with segments encoded. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON, Maps as objects; bytes as they are, of the type in `headers`; forms as such. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Makes a POST safe to repeat: the server does it once for all requests with the same key. */
  readonly idempotencyKey?: string | undefined;
}

// Streams start at once.
const longestHeadMs = 30_000;
// The first line of a stream arrives with the headers, unless a proxy buffers the response.
const longestStartMs = 10_000;
// A server sends at least a comment every 15 s; after two that are missing the connection is dead.
const longestSilenceMs = 40_000;

/** An answer with its body read. */
export interface TransportResponse {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Sends requests: adds the key, tries again what is safe to repeat, and turns refusals into typed errors. */
export class Transport {
  // Not a plain property: it must not show when the client is printed.
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The JSON of an answer. */
  async json<Body>(request: TransportRequest): Promise<Body> {
    const { bytes } = await this.send(request);
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Body;
    } catch (error) {
      throw new ConnectionError(
        `The response to ${request.method} ${request.path} is not JSON: check that baseUrl is the address of a Millrace or Modzy API.`,
        { cause: error },
      );
    }
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs;
    const isRepeatable = request.method !== "POST" || request.idempotencyKey !== undefined;
    const { signal, set, close } = openDeadline(request.signal);
    set(timeoutMs, new TimeoutError(`${request.method} ${request.path} timed out after ${timeoutMs} ms.`));
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await this.#sendOnce(request, signal);
        } catch (error) {
          signal.throwIfAborted();
          // Whatever is refused for its rate was not done.
          const mayRepeat = isRepeatable || (error instanceof ApiError && error.statusCode === 429);
          if (!mayRepeat || attempt >= this.#options.maximumRetries || !isWorthRetrying(error)) throw error;
          await sleep(backoffMs(attempt, error), signal);
        }
      }
    } finally {
      close();
    }
  }

  /**
   * One try at an event stream.
   *
   * @throws ConnectionError when the connection breaks, or nothing came within 10 s or later for 40 s; ApiError with status 406
   *   when the response is not an event stream.
   */
  events(request: TransportRequest): AsyncGenerator<ServerSentEvent> {
    return this.stream(request, (headers, chunks) => {
      if (!headers.get("content-type")?.startsWith("text/event-stream"))
        throw new ApiError("The server did not respond with an event stream.", 406);
      return readEventStream(chunks);
    });
  }

  /**
   * One try at a response whose body is read as it arrives, which takes as long as the caller takes.
   *
   * @param read what becomes of the body; errors of its own are thrown as they are.
   * @throws ConnectionError when the connection breaks, or nothing came within 10 s or later for 40 s.
   */
  async *stream<Part>(
    request: TransportRequest,
    read: (headers: Headers, chunks: AsyncGenerator<Uint8Array>) => AsyncIterable<Part>,
  ): AsyncGenerator<Part> {
    const { signal, set, close } = openDeadline(request.signal);
    const limitMs = Math.min(longestHeadMs, this.#options.timeoutMs);
    let response: Response | undefined;
    try {
      set(limitMs, new Error(`No data arrived for ${limitMs} ms.`));
      response = await this.#open(request, signal);
      set();
      yield* read(response.headers, this.#chunks(response.body, signal));
    } finally {
      // Where it was not read to its end.
      void response?.body?.cancel().catch(() => undefined);
      close();
    }
  }

  async *#chunks(body: Response["body"], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* readChunks(body, signal, longestStartMs, longestSilenceMs);
    } catch (error) {
      if (signal.aborted || error instanceof ConnectionError) throw error;
      throw connectionError(new URL(this.#options.apiUrl), error);
    }
  }

  async #sendOnce(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const response = await this.#open(request, signal);
    try {
      return { headers: response.headers, bytes: await readBytes(response.body, signal) };
    } catch (error) {
      throw connectionError(new URL(this.#options.apiUrl), error);
    }
  }

  /** Resolves with the head of an answer that is not a refusal. */
  async #open(request: TransportRequest, signal: AbortSignal): Promise<Response> {
    signal.throwIfAborted();
    const { apiUrl, apiKey, fetch } = this.#options;
    const url = new URL(`${apiUrl}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value instanceof Date ? value.toISOString() : String(value));
    }
    const headers: Record<string, string> = {
      accept: "application/json",
      authorization: `ApiKey ${apiKey}`,
      ...request.headers,
    };
    const { body } = request;
    const isBinary = body instanceof Uint8Array || body instanceof Blob || body instanceof FormData;
    if (body !== undefined && !isBinary) headers["content-type"] = "application/json";
    if (request.idempotencyKey !== undefined) headers["idempotency-key"] = request.idempotencyKey;
    const sent = isBinary ? (body as NonNullable<RequestInit["body"]>) : (writeJson(body) ?? null);
    let response: Response;
    try {
      // A redirect could carry the key to another host.
      const sending = fetch(url, { method: request.method, headers, body: sent, signal, redirect: "error" });
      response = await untilAborted(sending, signal);
    } catch (error) {
      throw connectionError(url, error);
    }
    if (response.status >= 400) {
      const { message, ...details } = await readErrorResponse(response, signal);
      const retryAfterMs = parseRetryAfterMs(response.headers.get("retry-after"));
      throw apiError(response.status, message, { ...details, retryAfterMs });
    }
    return response;
  }
}

function connectionError(url: URL, error: unknown): ConnectionError {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const reason = cause?.code ?? cause?.message ?? (error as Error).message;
  return new ConnectionError(
    `No response from ${url.origin} (${reason}): check that the server is running and baseUrl is correct.`,
    { cause: error },
  );
}
