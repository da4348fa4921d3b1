import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { constants, setPriority } from "node:os";
import type { ModelManifest } from "../manifest/manifest.js";
import { onExit } from "./on-exit.js";
import { createPrintedLines } from "./printed-lines.js";
import { createProcessorLimit } from "./processor-limit.js";
import { readProcessUsage, type ProcessUsage } from "./process-usage.js";
import { modelProcesses, readScratchBytes } from "./sandboxed-processes.js";
import { giveFilter, maximumProcesses, setpriv } from "./sandbox.js";
import type { ServerLife } from "./server-life.js";

const stopGraceMs = 3_000;
const usageCheckIntervalMs = 250;
const keptOutputLength = 8_000;
// Fetching, recording and serving requests get the CPU first; they need little.
const niceness = 5;

export interface ModelProcess extends ServerLife {
  readonly pid: number | undefined;
  /** Aborted, with the reason, as soon as the process is gone. */
  readonly ended: AbortSignal;
  /** Its file descriptor 3, for reading and writing; undefined if not requested. */
  readonly channel: Socket | undefined;
  /** Kills it; `ended` reports the reason. */
  kill(reason: string): void;
}

export interface ModelProcessOptions {
  readonly command: readonly string[];
  /** The command that runs it in a sandbox; without it, it is not sandboxed. */
  readonly sandbox?: readonly string[] | undefined;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Memory limit of the process and its descendants; exceeding it kills them. */
  readonly memoryBytes: number;
  /** Additional memory that is not the model's own; 0 by default. */
  readonly runtimeBytes?: number;
  /** CPU limit, averaged over some seconds; no limit by default. */
  readonly processors?: number;
  /** Whether it has its own process group, which ends with it; true by default. */
  readonly hasGroup?: boolean;
  /** Whether it gets a channel to this process; false by default. */
  readonly hasChannel?: boolean;
  /** Recognizes a known cause of death in the last output and returns a sentence; otherwise the error quotes the last lines. */
  readonly recogniseEnd?: (output: string) => string | undefined;
}

/**
 * Starts a model's process and watches it: what it prints goes to standard error, more memory than it may have
 * ends it, more processor time makes it rest, and its end is kept as a sentence with the last lines that it printed.
 */
export function startModelProcess(manifest: ModelManifest, options: ModelProcessOptions): ModelProcess {
  const { command, sandbox, memoryBytes, hasGroup = true, hasChannel = false } = options;
  const model = `${manifest.name} ${manifest.version}`;
  const [file = "", ...parameters] = withParentDeathGuard([...(sandbox ?? []), ...command]);
  const child = spawn(file, parameters, {
    cwd: options.directory,
    env: options.environment,
    stdio: ["ignore", "pipe", "pipe", hasChannel ? "pipe" : "ignore", sandbox === undefined ? "ignore" : "pipe"],
    detached: hasGroup,
  });
  lowerPriority(child);
  if (sandbox !== undefined) giveFilter(child);
  const signalAll = (signal: NodeJS.Signals) => sendSignal(child, hasGroup, signal);
  const ended = new AbortController();
  let lastOutput = "";
  const end = (reason: string) => {
    const said = lastOutput.trim().split("\n").slice(-3).join(" | ");
    const known = options.recogniseEnd?.(lastOutput);
    ended.abort(new Error(known ?? (said === "" ? reason : `${reason} Its last output: ${said}`)));
  };
  for (const stream of [child.stdout, child.stderr]) {
    const lines = createPrintedLines(`model ${manifest.identifier}@${manifest.version}`, (text) =>
      process.stderr.write(text),
    );
    stream?.on("data", (piece: Buffer) => {
      lastOutput = (lastOutput + piece.toString("utf8")).slice(-keptOutputLength);
      lines.add(piece);
    });
    stream?.once("close", () => lines.end());
  }
  child.on("error", ({ message }) => end(`The process of ${model} could not be started (${message}).`));
  // "close" comes after all of its output; a grandchild that keeps a pipe open must not hide the end.
  const endWith = (code: number | null, signal: NodeJS.Signals | null) =>
    end(describeEnd(model, command, code, sandbox === undefined ? signal : (signal ?? signalOf(code))));
  child.on("close", endWith);
  child.on("exit", (code, signal) => setTimeout(() => endWith(code, signal), 200).unref());
  const isLimited = options.processors !== undefined || Number.isFinite(memoryBytes);
  const usage = isLimited ? setInterval(() => void checkUsage(), usageCheckIntervalMs).unref() : undefined;
  const forgetExit = onExit(() => signalAll("SIGKILL"));
  ended.signal.addEventListener("abort", () => {
    clearInterval(usage);
    forgetExit();
    signalAll("SIGKILL");
  });

  const processorLimit = options.processors === undefined ? undefined : createProcessorLimit(options.processors);
  let rests = false;
  let stopping: Promise<void> | undefined;
  async function checkUsage(): Promise<void> {
    if (child.pid === undefined || ended.signal.aborted || rests) return;
    const usage = readProcessUsage(child.pid);
    const heldBytes = usage.residentBytes + (sandbox === undefined ? 0 : await readScratchBytes(usage));
    if (heldBytes > memoryBytes + (options.runtimeBytes ?? 0))
      return end(
        `The process of ${model} was stopped: it used ${toMib(heldBytes)} MiB, more than its ${toMib(memoryBytes)} MiB of memory.`,
      );
    if (sandbox !== undefined && usage.pids.length > maximumProcesses)
      return end(
        `The process of ${model} was stopped: it had ${usage.pids.length} processes; at most ${maximumProcesses} are allowed.`,
      );
    const restMs = processorLimit?.restFor(usage.processorMs, performance.now()) ?? 0;
    if (restMs === 0 || stopping !== undefined) return;
    rests = true;
    await signalModel("SIGSTOP", usage);
    setTimeout(() => {
      rests = false;
      void signalModel("SIGCONT");
    }, restMs).unref();
  }

  /** Signals the model's own processes, not those that run its sandbox or container. */
  async function signalModel(signal: NodeJS.Signals, usage?: ProcessUsage): Promise<void> {
    if (sandbox === undefined) return signalAll(signal);
    if (child.pid === undefined) return;
    for (const pid of modelProcesses(usage ?? readProcessUsage(child.pid))) sendTo(pid, signal);
  }

  async function stopProcess(): Promise<void> {
    if (child.pid === undefined) return;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      await signalModel("SIGTERM");
      // A paused process would not receive it.
      await signalModel("SIGCONT");
      const timer = setTimeout(() => signalAll("SIGKILL"), stopGraceMs);
      await exited;
      clearTimeout(timer);
    }
    signalAll("SIGKILL");
  }

  return {
    pid: child.pid,
    ended: ended.signal,
    channel: hasChannel ? (child.stdio[3] as unknown as Socket) : undefined,
    kill: end,
    gone: () => (ended.signal.aborted ? (ended.signal.reason as Error).message : undefined),
    stop: () => (stopping ??= stopProcess()),
  };
}

function toMib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** Makes the kernel end the child when this process dies, even by SIGKILL; without setpriv it is ended on exit only. */
function withParentDeathGuard(command: readonly string[]): readonly string[] {
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "KILL", "--", ...command];
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
  if (code === 127 && setpriv !== undefined)
    return `The process of ${model} could not be started: the program ${JSON.stringify(command[0])} was not found.`;
  return `The process of ${model} ${signal === null ? `exited with code ${code}` : `was killed by ${signal}`}.`;
}

/** A sandbox's exit code if its process was killed by a signal: 128 plus the signal's number. */
function signalOf(code: number | null): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, number]) => code === 128 + number);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}

/** To its whole process group, if it has one, to include the model's child processes. */
function sendSignal({ pid, exitCode, signalCode }: ChildProcess, hasGroup: boolean, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  if (hasGroup) sendTo(-pid, signal);
  else if (exitCode === null && signalCode === null) sendTo(pid, signal);
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
