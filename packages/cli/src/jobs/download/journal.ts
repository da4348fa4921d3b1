import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MillraceError, type Job } from "@millrace/client";

/** What a folder of downloads has already; later lines are appended. */
export interface Journal {
  /** Inputs whose results and outputs are complete. */
  readonly finished: ReadonlySet<string>;
  /** Names below `outputs/` that are taken. */
  readonly takenFolders: readonly string[];
  readonly append: (line: object) => Promise<void>;
  readonly appendFailure: (line: object) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a folder of downloads, new or from a download that broke off: a line is written once everything that belongs to it is there,
 * and half a line at the end is removed. Failures are written anew, as they may have been retried.
 *
 * @throws MillraceError when the folder has something else, or cannot be written.
 */
export async function openJournal(folder: string, job: Job): Promise<Journal> {
  try {
    await mkdir(folder, { recursive: true });
    await claim(folder, job);
    const path = join(folder, "results.jsonl");
    const { finished, takenFolders } = await readWritten(path);
    const results = openLines(path, "a");
    const failures = openLines(join(folder, "failures.jsonl"), "w");
    const close = async () => void (await Promise.all([results.close(), failures.close()]));
    return { finished, takenFolders, append: results.append, appendFailure: failures.append, close };
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    throw cannotWrite(folder, error);
  }
}

/** The error of a folder that cannot be written. */
export function cannotWrite(path: string, error: unknown): MillraceError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new MillraceError(
    `${path} cannot be written (${code ?? message}): check its permissions and the space left.`,
    {
      cause: error,
    },
  );
}

/** The job's own summary says whose results these are, also to whoever finds the folder later. */
async function claim(folder: string, job: Job): Promise<void> {
  const path = join(folder, "job.json");
  const found = await readFile(path, "utf8").catch(nothingIfMissing);
  if (found === undefined && (await sizeOf(join(folder, "results.jsonl"))) > 0)
    throw new MillraceError(`${folder} has a results.jsonl that is not from a download: choose another folder.`);
  if (found !== undefined && identifierIn(found) !== job.jobIdentifier)
    throw new MillraceError(`${folder} has the results of another job: choose another folder.`);
  const { jobInputs: _jobInputs, ...summary } = job;
  await writeFile(`${path}.part`, `${JSON.stringify(summary, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

function identifierIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { jobIdentifier?: unknown } | null)?.jobIdentifier;
  } catch {
    return undefined;
  }
}

async function readWritten(path: string): Promise<Pick<Journal, "finished" | "takenFolders">> {
  const finished = new Set<string>();
  const takenFolders: string[] = [];
  const sizeBytes = await sizeOf(path);
  let wholeBytes = 0;
  if (sizeBytes > 0)
    for await (const line of wholeLines(path)) {
      const parsed = parseLine(line.toString());
      if (parsed === undefined) break;
      wholeBytes += line.byteLength + 1;
      finished.add(String(parsed["input"]));
      for (const value of Object.values(parsed)) {
        const [, folder] = /^outputs\/([^/]+)\//.exec(typeof value === "string" ? value : "") ?? [];
        if (folder !== undefined) takenFolders.push(folder);
      }
    }
  if (wholeBytes < sizeBytes) await truncate(path, wholeBytes);
  return { finished, takenFolders };
}

/** Lines that have an end, without it. */
async function* wholeLines(path: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
  }
}

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed = JSON.parse(line) as Record<string, unknown> | null;
    return typeof parsed?.["input"] === "string" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(nothingIfMissing))?.size ?? 0;
}

/** Anything else, such as a missing right, must not look like an empty folder. */
function nothingIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

interface LineFile {
  readonly append: (line: object) => Promise<void>;
  readonly close: () => Promise<void>;
}

function openLines(path: string, flags: "a" | "w"): LineFile {
  const file = createWriteStream(path, { flags, flush: true });
  let failure: Error | undefined;
  file.on("error", (error) => void (failure = error));
  const check = () => {
    if (failure !== undefined) throw cannotWrite(path, failure);
  };
  return {
    async append(line: object): Promise<void> {
      check();
      if (!file.write(`${JSON.stringify(line)}\n`)) await drained(file);
    },
    async close(): Promise<void> {
      await new Promise<void>((resolve) => file.end(() => resolve()));
      check();
    },
  };
}

/** Also resolves when the file fails: the next write says so. */
async function drained(file: WriteStream): Promise<void> {
  if (file.writableNeedDrain) await once(file, "drain").catch(() => undefined);
}
