import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { engineEntry } from "./engine-entry.js";
import { bubblewrap, giveFilter, sandboxCommand, setpriv } from "./sandbox.js";

/** How models are isolated from the rest of this machine. */
export type Isolation =
  | { readonly isIsolated: true }
  /** @property reason - A sentence that says what is missing and what to do. */
  | { readonly isIsolated: false; readonly reason: string };

const answerTimeoutMs = 30_000;

let found: Promise<Isolation> | undefined;

/** Whether models run in sandboxes on this machine. Tested once, with Node in a real sandbox. */
export function findIsolation(): Promise<Isolation> {
  return (found ??= find());
}

async function find(): Promise<Isolation> {
  if (process.platform !== "linux")
    return { isIsolated: false, reason: `Models are isolated on Linux only; this is ${process.platform}.` };
  if (bubblewrap === undefined)
    return { isIsolated: false, reason: "bubblewrap is not installed: install it (apt-get install bubblewrap)." };
  if (setpriv === undefined)
    return { isIsolated: false, reason: "setpriv is not installed: install it (apt-get install util-linux)." };
  const directory = await mkdtemp(join(tmpdir(), "millrace-probe-"));
  try {
    await chmod(directory, 0o755);
    const [program = "", ...parameters] = sandboxCommand({
      directory,
      scratchBytes: 2 ** 20,
      hasNetwork: false,
      hasGpus: false,
    });
    const child = spawn(program, [...parameters, process.execPath, "--check", engineEntry()], {
      env: {},
      stdio: ["ignore", "ignore", "pipe", "ignore", "pipe"],
      timeout: answerTimeoutMs,
      killSignal: "SIGKILL",
    });
    giveFilter(child);
    const [said, [code]] = await Promise.all([text(child.stderr as Readable), once(child, "close")]);
    if (code === 0) return { isIsolated: true };
    const words = said.trim().split("\n").at(-1) || (code === null ? "it does not end" : `it exits with ${code}`);
    return cannot(words);
  } catch (error) {
    return cannot((error as Error).message);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function cannot(words: string): Isolation {
  return {
    isIsolated: false,
    reason: `bubblewrap cannot make a sandbox here (${words}): allow it to create namespaces, see docs/security.md.`,
  };
}
