// A proxy may answer with a page of any length, or never end it.
const maximumBytes = 64 * 1024;
const maximumMs = 5_000;

/** Parses an error response; without a `message`, describes its status. Never rejects. */
export async function readErrorResponse(response: Response): Promise<ErrorResponse> {
  const body = await readBody(response);
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

async function readBody(response: Response): Promise<{ [Field in keyof ErrorResponse]?: unknown }> {
  try {
    const body: unknown = JSON.parse(await readStart(response));
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    void reader.cancel();
  }, maximumMs);
  try {
    while (!isOver && text.length < maximumBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  } finally {
    clearTimeout(timer);
    void reader.cancel();
  }
}
