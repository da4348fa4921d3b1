// A proxy may answer with a page of any length, or never end it.
const maximumBytes = 64 * 1024;
const maximumMs = 5_000;

/** What an error response says: its `message`, or a sentence about its status. Never rejects. */
export async function readErrorMessage(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status}${response.statusText ? ` ${response.statusText}` : ""} without saying why.`;
  try {
    const body = JSON.parse(await readStart(response)) as { message?: unknown };
    return typeof body.message === "string" && body.message !== "" ? body.message : fallback;
  } catch {
    return fallback;
  }
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
