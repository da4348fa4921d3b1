// PostgreSQL's disk_full, then the system's for a disk and a quota.
const fullCodes: ReadonlyMap<unknown, string> = new Map([
  ["53100", "The disk of the database is full: free some space there."],
  ["ENOSPC", "A disk of the server is full: free some space there."],
  ["EDQUOT", "A disk quota of the server is used up: free some space there."],
]);

/** Which disk is full, and what to do, when that is why something failed. */
export function describeFullDisk(error: unknown): string | undefined {
  const { code, path } = error as { code?: unknown; path?: unknown };
  const sentence = fullCodes.get(code);
  return sentence === undefined || typeof path !== "string" ? sentence : `${sentence.slice(0, -1)} (${path}).`;
}
