import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import type { ModelManifest } from "../manifest.js";
import type { ServerLife } from "../remote/remote-engine.js";
import { readResidentBytes } from "./resident-memory.js";

const stopGraceMs = 3_000;
const memoryCheckIntervalMs = 250;
const keptOutputLength = 2_000;
// Makes the kernel end the child when this process dies, even by SIGKILL. Part of util-linux; elsewhere the child is ended on exit only.
const parentDeathGuard = "/usr/bin/setpriv";

export interface ServerProcess extends ServerLife {
  readonly pid: number | undefined;
  /** Aborted, with the reason, as soon as the process is gone. */
  readonly ended: AbortSignal;
}

export interface ServerProcessOptions {
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts a model's process in a group of its own and watches it: what it prints goes to standard error, more memory than its
 * model.yaml allows ends it, and its end is kept as a sentence with the last lines that it printed.
 */
export function startServerProcess(
  manifest: ModelManifest,
  { command, directory, environment }: ServerProcessOptions,
): ServerProcess {
  const model = `${manifest.name} ${manifest.version}`;
  const [file = "", ...parameters] = withParentDeathGuard(command);
  const child = spawn(file, parameters, {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new AbortController();
  let lastOutput = "";
  const end = (reason: string) => {
    const said = lastOutput.trim().split("\n").slice(-3).join(" | ");
    ended.abort(new Error(said === "" ? reason : `${reason} It printed: ${said}`));
  };
  const show = (text: Buffer) => {
    lastOutput = (lastOutput + text.toString("utf8")).slice(-keptOutputLength);
    process.stderr.write(text);
  };
  child.stdout.on("data", show);
  child.stderr.on("data", show);
  child.on("error", ({ message }) => end(`The process of ${model} could not be started (${message}).`));
  // "close" comes after all of its output; a grandchild that keeps a pipe open must not hide the end.
  child.on("close", (code, signal) => end(describeEnd(model, command, code, signal)));
  child.on("exit", (code, signal) => setTimeout(() => end(describeEnd(model, command, code, signal)), 200).unref());
  const memory = setInterval(() => void checkMemory(), memoryCheckIntervalMs).unref();
  const endWithUs = () => killGroup(child, "SIGKILL");
  process.once("exit", endWithUs);
  ended.signal.addEventListener("abort", () => {
    clearInterval(memory);
    process.off("exit", endWithUs);
    killGroup(child, "SIGKILL");
  });

  async function checkMemory(): Promise<void> {
    if (child.pid === undefined || ended.signal.aborted) return;
    const bytes = await readResidentBytes(child.pid);
    if (bytes <= manifest.memoryBytes) return;
    const limitMib = Math.round(manifest.memoryBytes / 2 ** 20);
    end(
      `The process of ${model} was ended: it held ${Math.round(bytes / 2 ** 20)} MiB of memory, its limit is ${limitMib}.`,
    );
  }

  let stopping: Promise<void> | undefined;
  return {
    pid: child.pid,
    ended: ended.signal,
    gone: () => (ended.signal.aborted ? (ended.signal.reason as Error).message : undefined),
    stop: () => (stopping ??= stopProcess(child)),
  };
}

function withParentDeathGuard(command: readonly string[]): readonly string[] {
  return existsSync(parentDeathGuard) ? [parentDeathGuard, "--pdeathsig", "KILL", "--", ...command] : command;
}

function describeEnd(
  model: string,
  command: readonly string[],
  code: number | null,
  signal: NodeJS.Signals | null,
): string {
  if (code === 127 && existsSync(parentDeathGuard))
    return `The process of ${model} could not be started: there is no program ${JSON.stringify(command[0])}.`;
  return `The process of ${model} ended by ${signal === null ? `exit code ${code}` : `signal ${signal}`}.`;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    killGroup(child, "SIGTERM");
    const timer = setTimeout(() => killGroup(child, "SIGKILL"), stopGraceMs);
    await exited;
    clearTimeout(timer);
  }
  killGroup(child, "SIGKILL");
}

/** The whole group: what the model started goes with it. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
