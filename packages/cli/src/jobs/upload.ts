import { open } from "node:fs/promises";
import { MillraceError, type Job, type MillraceClient } from "@millrace/client";
import pLimit from "p-limit";
import type { Upload } from "./places/place.js";
import { openProgress } from "./wait.js";

/** Within what every server takes, and small enough that a few at once fit in memory. */
const pieceBytes = 8 * 2 ** 20;
const filesAtOnce = 4;

/**
 * Sends files to an open job, then closes it. When one cannot be sent, the job is cancelled.
 *
 * @throws MillraceError naming the file that cannot be read.
 */
export async function uploadFiles(client: MillraceClient, job: Job, { files }: Upload, dataItem: string): Promise<Job> {
  const progress = openProgress();
  const stopping = new AbortController();
  const stop = () => {
    // Now, as a second signal ends the program at once.
    progress.stop();
    stopping.abort(new MillraceError("Stopped: the job was cancelled, as its files were not all sent."));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const limit = pLimit(filesAtOnce);
  let sent = 0;
  try {
    const show = () => progress.update(sent, files.length, "uploaded");
    show();
    await Promise.all(
      files.map(({ name, path }) =>
        limit(async () => {
          stopping.signal.throwIfAborted();
          await uploadFile(client, job, { name, path, dataItem }, stopping.signal);
          sent += 1;
          show();
        }).catch((error: unknown) => {
          stopping.abort(error);
          throw error;
        }),
      ),
    );
    return await client.jobs.close(job);
  } catch (error) {
    await client.jobs.cancel(job).catch(() => undefined);
    throw error;
  } finally {
    progress.stop();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

async function uploadFile(
  client: MillraceClient,
  job: Job,
  { name, path, dataItem }: { readonly name: string; readonly path: string; readonly dataItem: string },
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new MillraceError(`${path} cannot be read (${code}): check the path.`, { cause: error });
  });
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes);
      // An empty file is an input, too.
      if (bytesRead === 0 && !isFirst) return;
      await client.jobs.append(job, name, dataItem, buffer.subarray(0, bytesRead), { signal });
      if (bytesRead === 0) return;
    }
  } finally {
    await file.close();
  }
}
