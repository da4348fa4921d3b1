import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setPriority } from "node:os";
import type { ModelManifest } from "../manifest/manifest.js";
import { createProcessorLimit } from "./processor-limit.js";
import { readProcessUsage } from "./process-usage.js";
import type { ServerLife } from "./server-life.js";

const stopGraceMs = 3_000;
const usageCheckIntervalMs = 250;
const keptOutputLength = 8_000;
// Makes the kernel end the child when this process dies, even by SIGKILL. Part of util-linux; elsewhere the child is ended on exit only.
const parentDeathGuard = "/usr/bin/setpriv";
// What fetches, records and answers requests comes first on a processor, for the little that it needs.
const niceness = 5;

export interface ModelProcess extends ServerLife {
  readonly pid: number | undefined;
  /** Aborted, with the reason, as soon as the process is gone. */
  readonly ended: AbortSignal;
  /** Its file descriptor 3, for reading and writing; undefined if not requested. */
  readonly channel: Socket | undefined;
  /** Ends it at once; the reason is what `ended` says. */
  kill(reason: string): void;
}

export interface ModelProcessOptions {
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the process and all that it starts may hold; more ends it. */
  readonly memoryBytes: number;
  /** What it may hold beyond that, as it is not the model's own; 0 by default. */
  readonly runtimeBytes?: number;
  /** What they may use over some seconds; no limit when not given. */
  readonly processors?: number;
  /** Whether it gets a channel to this process; false by default. */
  readonly hasChannel?: boolean;
  /** Recognizes a known cause of death in the last output and returns a sentence; otherwise the error quotes the last lines. */
  readonly recogniseEnd?: (output: string) => string | undefined;
}

/**
 * Starts a model's process in its own process group and watches it: its output goes to standard error, exceeding its memory
 * kills it, exceeding its CPU time pauses it, and its exit is kept as a sentence with its last lines of output.
 */
export function startModelProcess(manifest: ModelManifest, options: ModelProcessOptions): ModelProcess {
  const { command, memoryBytes, hasChannel = false } = options;
  const model = `${manifest.name} ${manifest.version}`;
  const [file = "", ...parameters] = withParentDeathGuard(command);
  const child = spawn(file, parameters, {
    cwd: options.directory,
    env: options.environment,
    stdio: ["ignore", "pipe", "pipe", ...(hasChannel ? ["pipe" as const] : [])],
    detached: true,
  });
  lowerPriority(child);
  const ended = new AbortController();
  let lastOutput = "";
  const end = (reason: string) => {
    const said = lastOutput.trim().split("\n").slice(-3).join(" | ");
    const known = options.recogniseEnd?.(lastOutput);
    ended.abort(new Error(known ?? (said === "" ? reason : `${reason} Its last output: ${said}`)));
  };
  const show = (text: Buffer) => {
    lastOutput = (lastOutput + text.toString("utf8")).slice(-keptOutputLength);
    process.stderr.write(text);
  };
  child.stdout?.on("data", show);
  child.stderr?.on("data", show);
  child.on("error", ({ message }) => end(`The process of ${model} could not be started (${message}).`));
  // "close" comes after all of its output; a grandchild that keeps a pipe open must not hide the end.
  child.on("close", (code, signal) => end(describeEnd(model, command, code, signal)));
  child.on("exit", (code, signal) => setTimeout(() => end(describeEnd(model, command, code, signal)), 200).unref());
  const usage = setInterval(() => void checkUsage(), usageCheckIntervalMs).unref();
  const endWithUs = () => killGroup(child, "SIGKILL");
  process.once("exit", endWithUs);
  ended.signal.addEventListener("abort", () => {
    clearInterval(usage);
    process.off("exit", endWithUs);
    killGroup(child, "SIGKILL");
  });

  const processorLimit = options.processors === undefined ? undefined : createProcessorLimit(options.processors);
  let rests = false;
  let stopping: Promise<void> | undefined;
  async function checkUsage(): Promise<void> {
    if (child.pid === undefined || ended.signal.aborted || rests) return;
    const { residentBytes, processorMs } = await readProcessUsage(child.pid);
    if (residentBytes > memoryBytes + (options.runtimeBytes ?? 0))
      return end(
        `The process of ${model} was stopped: it used ${toMib(residentBytes)} MiB, more than its ${toMib(memoryBytes)} MiB of memory.`,
      );
    const restMs = processorLimit?.restFor(processorMs, performance.now()) ?? 0;
    if (restMs === 0 || stopping !== undefined) return;
    rests = true;
    killGroup(child, "SIGSTOP");
    setTimeout(() => {
      rests = false;
      killGroup(child, "SIGCONT");
    }, restMs).unref();
  }

  return {
    pid: child.pid,
    ended: ended.signal,
    channel: hasChannel ? (child.stdio[3] as unknown as Socket) : undefined,
    kill: end,
    gone: () => (ended.signal.aborted ? (ended.signal.reason as Error).message : undefined),
    stop: () => (stopping ??= stopProcess(child)),
  };
}

function toMib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function withParentDeathGuard(command: readonly string[]): readonly string[] {
  return existsSync(parentDeathGuard) ? [parentDeathGuard, "--pdeathsig", "KILL", "--", ...command] : command;
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness);
  } catch {
    // It has already exited, or must not be changed: not an error.
  }
}

function describeEnd(
  model: string,
  command: readonly string[],
  code: number | null,
  signal: NodeJS.Signals | null,
): string {
  if (code === 127 && existsSync(parentDeathGuard))
    return `The process of ${model} could not be started: the program ${JSON.stringify(command[0])} was not found.`;
  return `The process of ${model} ${signal === null ? `exited with code ${code}` : `was killed by ${signal}`}.`;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    killGroup(child, "SIGTERM");
    // One that rests would not hear it.
    killGroup(child, "SIGCONT");
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
