import { readFile } from "node:fs/promises";

/**
 * The memory that a process and its descendants hold, in bytes, as Linux's /proc says; 0 where there is no such process or no /proc.
 */
export async function readResidentBytes(pid: number): Promise<number> {
  const [status, children] = await Promise.all([
    read(`/proc/${pid}/status`),
    read(`/proc/${pid}/task/${pid}/children`),
  ]);
  const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  const below = await Promise.all(
    children
      .split(" ")
      .filter(Boolean)
      .map((child) => readResidentBytes(Number(child))),
  );
  return below.reduce((sum, bytes) => sum + bytes, own);
}

/** A process that ends while it is looked at has nothing any more. */
async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return "";
  }
}
