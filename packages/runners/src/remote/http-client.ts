import { Agent, request, type Dispatcher } from "undici";
import { ConnectionLostError } from "./model-connection.js";
import type { Outbound } from "./outbound.js";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
}

export interface HttpClient {
  /** @throws ConnectionLostError when there is no answer; the signal's reason when aborted. */
  send(method: "GET" | "POST", path: string, options: HttpOptions): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

// An answer is held in memory: the limit of a message in the gRPC contract serves here, too.
const defaultMaximumAnswerBytes = 250 * 2 ** 20;

/**
 * @param address `host:port` or `http(s)://host:port/prefix`.
 * @param outbound which addresses may be connected to; any when left out.
 * @param maximumAnswerBytes of a response's body; 250 MiB when not given.
 */
export function openHttpClient(
  address: string,
  outbound?: Outbound,
  maximumAnswerBytes = defaultMaximumAnswerBytes,
): HttpClient {
  const base = (address.includes("://") ? address : `http://${address}`).replace(/\/$/, "");
  // Time limits are the caller's: a model may take longer than any default.
  const options = { headersTimeout: 0, bodyTimeout: 0, maxResponseSize: maximumAnswerBytes };
  const agent = outbound === undefined ? new Agent(options) : outbound.openHttp(options);
  return {
    async send(method, path, { signal, headers = {}, body }) {
      try {
        const answer = await request(`${base}${path}`, {
          method,
          headers: { ...headers },
          ...(body === undefined ? {} : { body }),
          signal,
          dispatcher: agent,
        });
        return { status: answer.statusCode, headers: answer.headers, bytes: await readBody(answer) };
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message || error.name : String(error);
        throw new ConnectionLostError(`${method} ${path} got no response: ${reason}`, { cause: error });
      }
    },
    close: () => void agent.destroy(),
  };
}

async function readBody(answer: Dispatcher.ResponseData): Promise<Uint8Array> {
  return new Uint8Array(await answer.body.arrayBuffer());
}
