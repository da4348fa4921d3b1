import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One published client with the program that makes all of its calls. */
export interface Suite {
  /** As it is chosen on the command line. */
  readonly name: string;
  /** What is tested, with its version. */
  readonly client: string;
  /**
   * Installs the client below a folder that is this suite's own.
   *
   * @returns how to run the program, or the notice why this machine cannot.
   */
  prepare(cacheFolder: string): Program | Notice;
}

/** A program that prints `ok - name` or `not ok - name: reason` for each check, one a line, as TAP does. */
export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
}

/** Why a suite is skipped. */
export interface Notice {
  readonly notice: string;
}

export interface Counts {
  passed: number;
  failed: number;
}

/** Where a folder of this one is. */
export const folderOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// The longest that one client may take; installing is not part of it.
const limitMs = 5 * 60_000;

/** Runs a program, passing on what it prints, and counts its checks. A program that ends badly without a failed check counts as one. */
export async function runProgram(program: Program, environment: Record<string, string>): Promise<Counts> {
  const counts = { passed: 0, failed: 0 };
  const child = spawn(program.command, program.arguments, {
    cwd: program.workingDirectory,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: limitMs,
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    if (/^ok( \d+)? - /.test(line)) counts.passed += 1;
    if (/^not ok( \d+)? - /.test(line)) counts.failed += 1;
  }
  const fault = await ended;
  if ((fault !== undefined || counts.passed === 0) && counts.failed === 0) {
    console.log(`not ok - ${program.command}: ${fault ?? "it made no check"}`);
    counts.failed += 1;
  }
  return counts;
}

/** Runs an installer to its end. @returns what it said when it failed, else undefined. */
export function faultOf(command: string, args: readonly string[], workingDirectory: string): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: workingDirectory, encoding: "utf8" });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${stdout}${stderr}`.trim().split("\n").slice(-3).join(" ");
}
