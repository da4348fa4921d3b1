import { request, type Dispatcher } from "undici";
import type { IHttpClient } from "@azure/storage-blob";
import type { Outbound } from "../../../outbound/outbound.js";

// Until the headers, and between two pieces of a body.
const silenceTimeoutMs = 30_000;

/** The HTTP client of Azure's library, replacing its own, which would use proxies from the environment. */
export interface AzureConnections {
  readonly client: IHttpClient;
  /** Ends every connection; what is still being read is rejected. */
  close(): Promise<void>;
}

export function createAzureConnections(outbound: Outbound): AzureConnections {
  const agent = outbound.openHttp({
    headersTimeout: silenceTimeoutMs,
    bodyTimeout: silenceTimeoutMs,
  });
  const sendRequest: IHttpClient["sendRequest"] = async (resource) => {
    const { url, method, abortSignal, streamResponseStatusCodes: streamed } = resource;
    const answer = await request(url, {
      method: method as Dispatcher.HttpMethod,
      headers: resource.headers.toJson({ preserveCase: true }),
      signal: abortSignal as AbortSignal | undefined,
      dispatcher: agent,
    });
    const status = answer.statusCode;
    // The library has no other way to create headers.
    const headers = resource.headers.clone();
    for (const name of headers.headerNames()) headers.remove(name);
    for (const [name, value = ""] of Object.entries(answer.headers)) {
      // The library would follow a redirect; a blob is where its account says.
      if (name !== "location") headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    const isStreamed = streamed?.has(status) === true || streamed?.has(Number.POSITIVE_INFINITY) === true;
    // The library takes its listener away before it destroys a body that is not read to its end: the error would end this process.
    answer.body.on("error", () => {});
    return isStreamed
      ? { request: resource, status, headers, readableStreamBody: answer.body }
      : { request: resource, status, headers, bodyAsText: await answer.body.text() };
  };
  return { client: { sendRequest }, close: () => agent.destroy() };
}
