import type { ProcessUser } from "./process-user.js";
import { spawnAs } from "./spawn-as.js";

export interface ProgramOptions {
  readonly user: ProcessUser | undefined;
  /** What it reads. */
  readonly input?: string;
  /** Kills it, together with the programs that it starts. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program of PostgreSQL to its end. */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  { user, input = "", signal }: ProgramOptions,
): Promise<{ code: number | null; errors: string }> {
  signal?.throwIfAborted();
  const child = spawnAs(user, program, parameters, "pipe");
  // It may exit before reading all input.
  child.stdin?.on("error", () => undefined).end(input);
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  signal?.addEventListener("abort", kill, { once: true });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  ).finally(() => signal?.removeEventListener("abort", kill));
  signal?.throwIfAborted();
  return { code, errors };
}
