import { open, rename, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ConnectionError, RateLimitedError, ServerError, type MillraceClient } from "@millrace/client";
import { cannotWrite } from "./journal.js";

const maximumAttempts = 6;
const firstPauseMs = 250;

/** Which output of a job. */
export interface OutputPlace {
  readonly job: string;
  readonly input: string;
  readonly output: string;
}

/** Writes an output to a file, which is there once it is complete. A connection that breaks is tried again. */
export async function downloadOutput(
  client: MillraceClient,
  { job, input, output }: OutputPlace,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeCompleteFile(path, client.results.outputChunks(job, input, output, { signal }));
      return;
    } catch (error) {
      signal.throwIfAborted();
      const isTransient =
        error instanceof ConnectionError || error instanceof ServerError || error instanceof RateLimitedError;
      if (!isTransient || attempt >= maximumAttempts) throw error;
      await delay(firstPauseMs * 2 ** attempt, undefined, { signal });
    }
  }
}

async function writeCompleteFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await rm(unfinished, { force: true });
    // Not through a link that somebody put there.
    const file = await open(unfinished, "wx");
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotWrite(path, error);
  }
}
