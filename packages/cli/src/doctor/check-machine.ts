import { availableParallelism, totalmem } from "node:os";
import type { Finding } from "./finding.js";

/** Less makes the bundled models and PostgreSQL compete. */
const littleMemoryBytes = 1.5 * 2 ** 30;

/** Checks Node and the memory of this machine. */
export function checkMachine(): Finding {
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`;
  const found = `${process.platform} ${process.arch}, Node ${process.versions.node}, ${availableParallelism()} cores, ${memory}`;
  if (totalmem() >= littleMemoryBytes) return { subject: "machine", status: "ok", message: found };
  return { subject: "machine", status: "warning", message: `${found}: a server needs 2 GiB or more.` };
}
