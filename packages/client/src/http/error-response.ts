import { readChunks } from "./read-body.js";

// A proxy may answer with a page of any length, or never end it.
const maximumBytes = 64 * 1024;
const longestSilenceMs = 5_000;

/** Parses an error response; without a `message`, describes its status. Never rejects. */
export async function readErrorResponse(response: Response, signal: AbortSignal): Promise<ErrorResponse> {
  const body = await readBody(response, signal);
  const status = response.statusText === "" ? response.status : `${response.status} ${response.statusText}`;
  return {
    message: textOf(body.message) ?? `The server answered ${status} without an error message.`,
    code: textOf(body.code),
    requestId: textOf(body.requestId) ?? response.headers.get("x-request-id") ?? undefined,
  };
}

interface ErrorResponse {
  readonly message: string;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
}

async function readBody(
  response: Response,
  signal: AbortSignal,
): Promise<{ [Field in keyof ErrorResponse]?: unknown }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of readChunks(response.body, signal, longestSilenceMs)) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= maximumBytes) break;
    }
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
