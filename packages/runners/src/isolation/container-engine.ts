import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { childEnvironment } from "./child-environment.js";

const run = promisify(execFile);

/** In search order; podman accepts docker's arguments. */
export const containerEngines = ["docker", "podman"] as const;
const answerTimeoutMs = 10_000;
// The engine's location and configuration, in addition to what every child process gets.
const ownVariables = /^(DOCKER_|CONTAINERS?_|REGISTRY_AUTH_FILE$|XDG_RUNTIME_DIR$)/;

let found: Promise<string | undefined> | undefined;

/** The container engine of this machine, docker or podman, whichever works; undefined if neither does. Checked once. */
export function findContainerEngine(): Promise<string | undefined> {
  return (found ??= find());
}

async function find(): Promise<string | undefined> {
  for (const program of containerEngines) {
    try {
      await askContainerEngine(program, ["info"], AbortSignal.timeout(answerTimeoutMs));
      return program;
    } catch {
      // Not installed, or its daemon is not running.
    }
  }
  return undefined;
}

/**
 * Runs one command of a container engine.
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
