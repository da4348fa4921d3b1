import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built program. */
export const millrace = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));

export interface RunOptions {
  /** All of the environment but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads from the standard input. */
  readonly input?: string;
}

export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program in pipes until it ends. */
export function runCommand(parameters: readonly string[], { env = {}, cwd, input = "" }: RunOptions = {}) {
  const child = spawn(process.execPath, [millrace, ...parameters], {
    env: { PATH: process.env["PATH"], ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return collect(child, input);
}

/** Runs a line of a shell in which `millrace` is the program. */
export function runShell(line: string, { env = {}, cwd, input = "" }: RunOptions = {}): Promise<CommandRun> {
  const script = `millrace() { ${quote(process.execPath)} ${quote(millrace)} "$@"; }\n${line}`;
  const child = spawn("bash", ["-c", script], {
    env: { PATH: process.env["PATH"], ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return collect(child, input);
}

export interface TerminalOptions extends RunOptions {
  readonly columns: number;
  /** Sees everything that was shown so far, each time something is; what it returns is typed. */
  readonly onShown?: (shown: string) => string | undefined;
}

/** Runs the program in a pseudo-terminal until it ends; returns the bytes that the terminal received. */
export async function runInTerminal(
  parameters: readonly string[],
  { columns, env = {}, cwd, onShown }: TerminalOptions,
): Promise<{ code: number | null; shown: string }> {
  const line = [process.execPath, millrace, ...parameters].map(quote).join(" ");
  const shell = `stty cols ${columns} rows 40 && exec ${line}`;
  const child = spawn("script", ["--quiet", "--return", "--command", shell, "/dev/null"], {
    env: { PATH: process.env["PATH"], TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let shown = "";
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString();
    const typed = onShown?.(shown);
    if (typed !== undefined) child.stdin.write(typed);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, shown };
}

async function collect(child: ReturnType<typeof spawn>, input: string): Promise<CommandRun> {
  let output = "";
  let errors = "";
  child.stdout?.on("data", (bytes: Buffer) => void (output += bytes.toString()));
  child.stderr?.on("data", (bytes: Buffer) => void (errors += bytes.toString()));
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output, errors };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
