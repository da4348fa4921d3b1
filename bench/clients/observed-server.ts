import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a server's process was at one moment. */
export interface Observation {
  readonly memoryBytes: number;
  readonly heapBytes: number;
  /** Since it started, of all its threads. */
  readonly cpuSeconds: number;
  /** Open TCP connections and listeners, to clients and to PostgreSQL. */
  readonly sockets: number;
  /** How late timers were since garbage was last collected on demand. */
  readonly delayP99Ms: number;
  readonly delayMaximumMs: number;
}

export interface ObservedServer {
  readonly url: string;
  readonly ownerKey: string;
  look(): Promise<Observation>;
  /** Collects garbage first, so that the heap is what is held, and measures delays from here on. */
  collect(): Promise<Observation>;
  /** Begins to profile its CPU; the returned function writes the profile. */
  profile(): Promise<(file: string) => Promise<void>>;
  close(): Promise<void>;
}

export const builtCommand = fileURLToPath(new URL("../../packages/cli/bin/millrace.js", import.meta.url));

/**
 * `millrace serve` with its embedded PostgreSQL in a new data directory, as a user starts it.
 *
 * @param command the file of a built command line.
 */
export async function startObservedServer(command: string): Promise<ObservedServer> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-clients-"));
  // PostgreSQL refuses to run as root: then another user has to pass through here.
  await chmod(directory, 0o755);
  const ownerKey = `bench.${randomBytes(24).toString("hex")}`;
  const observer = new URL("observe-server.mjs", import.meta.url).href;
  const child = spawn(
    process.execPath,
    ["--import", observer, command, "serve", "--port", "0", "--data", join(directory, "data")],
    {
      env: { PATH: process.env["PATH"], MILLRACE_API_KEY: ownerKey, MILLRACE_LOG_LEVEL: "warn" },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    },
  );
  const gone = once(child, "exit");
  const close = async () => {
    if (child.connected) child.disconnect();
    await gone;
    await rm(directory, { recursive: true, force: true });
  };
  const url = await Promise.race([addressIn(child.stdout!), gone.then(() => undefined)]);
  if (url === undefined) {
    await close();
    throw new Error("millrace serve ended: see the lines above.");
  }
  const ask = async (question: string | { readonly profileFile: string }) => {
    const answer = once(child, "message");
    child.send(question);
    const first = await Promise.race([answer, gone.then(() => undefined)]);
    if (first === undefined) throw new Error("millrace serve ended: see the lines above.");
    return first[0] as Observation;
  };
  return {
    url,
    ownerKey,
    look: () => ask("look"),
    collect: () => ask("collect"),
    async profile() {
      await ask("profile");
      return async (profileFile) => void (await ask({ profileFile }));
    },
    close,
  };
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string | undefined> {
  const lines = createInterface({ input: output });
  return new Promise((resolve) => {
    // All its lines are read, or it would wait for that.
    lines.on("line", (line) => {
      const address = /API\s+(http:\S+)\/api/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
