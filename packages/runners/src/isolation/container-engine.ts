import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { childEnvironment } from "./child-environment.js";

const run = promisify(execFile);

/** In the order in which they are looked for; podman takes docker's parameters. */
export const containerEngines = ["docker", "podman"] as const;
const answerTimeoutMs = 10_000;
// Where the engine is and how it is set up, besides what every child process gets.
const ownVariables = /^(DOCKER_|CONTAINERS?_|REGISTRY_AUTH_FILE$|XDG_RUNTIME_DIR$)/;

let found: Promise<string | undefined> | undefined;

/** The program that starts containers on this machine: docker or podman, whichever answers; undefined when none does. Asked once. */
export function findContainerEngine(): Promise<string | undefined> {
  return (found ??= find());
}

async function find(): Promise<string | undefined> {
  for (const program of containerEngines) {
    try {
      await askContainerEngine(program, ["info"], AbortSignal.timeout(answerTimeoutMs));
      return program;
    } catch {
      // Not installed, or its daemon does not run.
    }
  }
  return undefined;
}

/**
 * Runs one command of a container engine to its end.
 *
 * @throws Error with the last line that it printed.
 */
export async function askContainerEngine(
  program: string,
  parameters: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  try {
    const { stdout } = await run(program, parameters, {
      env: containerEngineEnvironment(),
      ...(signal === undefined ? {} : { signal }),
      maxBuffer: 2 ** 24,
    });
    return stdout;
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(stderr.trim().split("\n").at(-1) || message, { cause: error });
  }
}

export function containerEngineEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => ownVariables.test(entry[0]) && entry[1] !== undefined,
  );
  return childEnvironment(1, Object.fromEntries(own));
}
