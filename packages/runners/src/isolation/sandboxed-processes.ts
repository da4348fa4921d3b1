import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { scratchFolders } from "./sandbox.js";
import type { ProcessUsage } from "./process-usage.js";

// Of the kernel's memory, for each file in memory, empty ones too.
const bytesOfFile = 1_024;

// bubblewrap itself, and the first process of the namespace, which waits for the others. A signal that ended or stopped
// these would do more than asked: with the first process all others die.
const ownOfSandbox = 2;

/** The model's processes in a sandbox. */
export function modelProcesses({ pids }: ProcessUsage): readonly number[] {
  return pids.slice(ownOfSandbox);
}

/** Bytes in the scratch folders of a sandbox, which count as memory of no process. */
export async function readScratchBytes(usage: ProcessUsage): Promise<number> {
  const [pid] = modelProcesses(usage);
  if (pid === undefined) return 0;
  const sizes = await Promise.all(scratchFolders.map((folder) => usedBytes(join(`/proc/${pid}/root`, folder))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function usedBytes(folder: string): Promise<number> {
  try {
    const { blocks, bfree, bsize, files, ffree } = await statfs(folder);
    return (blocks - bfree) * bsize + (files - ffree) * bytesOfFile;
  } catch {
    // The process has just ended.
    return 0;
  }
}
