import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ProcessUser } from "./process-user.js";
import { findSetpriv } from "./setpriv.js";

/**
 * Starts a PostgreSQL program as that user, in its own process group, with stderr piped. On Linux the
 * kernel interrupts it when this process dies for any reason. If needed, it may enter every folder.
 */
export function spawnAs(
  user: ProcessUser | undefined,
  program: string,
  parameters: readonly string[],
  input: "ignore" | "pipe" = "ignore",
): ChildProcessByStdio<Writable | null, null, Readable> {
  const setpriv = findSetpriv();
  const options = {
    // Ctrl-C in the terminal must reach only this process, which stops PostgreSQL cleanly.
    detached: true,
    stdio: [input, "ignore", "pipe"] as ["pipe", "ignore", "pipe"],
    env: { LC_ALL: "C", TZ: "UTC" },
  };
  if (setpriv === undefined) {
    return spawn(program, parameters, { ...options, ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }) });
  }
  return spawn(setpriv, [...restrictions(user), "--", program, ...parameters], options);
}

function restrictions(user: ProcessUser | undefined): string[] {
  const parameters = ["--pdeathsig", "INT"];
  if (user === undefined) return parameters;
  parameters.push("--reuid", String(user.uid), "--regid", String(user.gid), "--clear-groups");
  const rights = `-all,+${user.searchRight}`;
  if (user.searchRight !== undefined) {
    parameters.push(`--inh-caps=${rights}`, `--ambient-caps=${rights}`);
    // Otherwise the kernel answers `access()` as if the user had no capability.
    if (user.passesAccessChecks) parameters.push("--securebits=+no_setuid_fixup");
  }
  return parameters;
}
