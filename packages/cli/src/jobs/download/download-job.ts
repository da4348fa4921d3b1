import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Job, MillraceClient, ResultLine } from "@millrace/client";
import { hasFailed } from "../format.js";
import { downloadOutput } from "./download-output.js";
import { foldedName, markedFileName, safeFileName } from "./file-name.js";
import { openJournal } from "./journal.js";

const inputsAtOnce = 8;

/** How many inputs are done with. */
export interface DownloadCounts {
  /** In the folder now, also from before. */
  readonly results: number;
  readonly failures: number;
  /** Files of outputs that were written this time. */
  readonly files: number;
}

/**
 * Writes what a job has so far into a folder: `job.json`, `results.jsonl` with a line for every input, `failures.jsonl`, and outputs
 * that are not in the lines as `outputs/<input>/<output>`, whose lines have these paths. What is there from before is not downloaded again.
 */
export async function downloadJob(
  client: MillraceClient,
  job: Job,
  folder: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (counts: DownloadCounts) => void },
): Promise<DownloadCounts> {
  const journal = await openJournal(folder, job);
  const uniqueFolder = createUniqueFileNames(journal.takenFolders);
  const counts = { results: 0, failures: 0, files: 0 };
  const stopping = new AbortController();
  const stop = () => stopping.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const running = new Set<Promise<void>>();

  const finish = async (line: ResultLine, outputs: readonly string[]) => {
    const paths = new Map<string, string>();
    if (outputs.length > 0) {
      const ofInput = `outputs/${uniqueFolder(line.input)}`;
      await mkdir(join(folder, ofInput), { recursive: true });
      const uniqueFile = createUniqueFileNames();
      for (const output of outputs) {
        const path = `${ofInput}/${uniqueFile(output)}`;
        const place = { job: job.jobIdentifier, input: line.input, output };
        await downloadOutput(client, place, join(folder, path), stopping.signal);
        paths.set(output, path);
        counts.files += 1;
      }
    }
    await journal.append({ ...line, ...Object.fromEntries(paths) });
    counts.results += 1;
  };

  try {
    for await (const line of client.results.stream(job, { signal: stopping.signal })) {
      if (journal.finished.has(line.input)) counts.results += 1;
      else if (hasFailed(line)) {
        await journal.appendFailure(line);
        counts.failures += 1;
      } else {
        const work = finish(line, addressedOutputs(line));
        running.add(work);
        // What fails ends the loop, and then everything.
        void work.then(
          () => running.delete(work),
          (error: unknown) => stopping.abort(error),
        );
        if (running.size >= inputsAtOnce) await Promise.race(running);
      }
      onProgress(counts);
    }
    await Promise.all(running);
    stopping.signal.throwIfAborted();
    onProgress(counts);
    return counts;
  } finally {
    stopping.abort();
    await Promise.allSettled(running);
    signal.removeEventListener("abort", stop);
    await journal.close();
  }
}

/** Outputs for which a line only says where they are. */
function addressedOutputs(line: ResultLine): string[] {
  const ofInput = `/datasource/${encodeURIComponent(line.input)}/output/`;
  return Object.entries(line)
    .filter(([name, value]) => typeof value === "string" && value.endsWith(ofInput + encodeURIComponent(name)))
    .map(([name]) => name);
}

/** Safe file names, none twice, also where upper and lower case are the same. */
function createUniqueFileNames(taken: readonly string[] = []): (name: string) => string {
  const folded = new Set(taken.map(foldedName));
  return (name) => {
    const safe = safeFileName(name);
    const unique = folded.has(foldedName(safe)) ? markedFileName(safe, name) : safe;
    folded.add(foldedName(unique));
    return unique;
  };
}
