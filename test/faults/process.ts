import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../packages/cli/bin/millrace.js", import.meta.url));

/** A `millrace` command that is started again whenever it is gone. */
export interface RestartedProcess {
  readonly name: string;
  /** Times that it ended without having been told to. */
  unexpectedEnds: number;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and not started again; SIGKILL after 20 s. */
  stop(): Promise<void>;
}

export function keepRunning(
  name: string,
  parameters: readonly string[],
  environment: Record<string, string>,
  logFile: string,
): RestartedProcess {
  const log = createWriteStream(logFile, { flags: "a" });
  let child: ChildProcess;
  let isStopping = false;
  let wasSignalled = false;
  const start = () => {
    wasSignalled = false;
    child = spawn(process.execPath, [command, ...parameters], {
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once("exit", (code, signal) => {
      if (isStopping) return;
      if (!wasSignalled) {
        running.unexpectedEnds += 1;
        log.write(`ended by itself with ${signal ?? code}\n`);
      }
      setTimeout(start, 300);
    });
  };
  const running: RestartedProcess = {
    name,
    unexpectedEnds: 0,
    signal(signal) {
      if (signal === "SIGKILL" || signal === "SIGTERM") wasSignalled = true;
      child.kill(signal);
    },
    async stop() {
      isStopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, "exit");
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
        await gone;
        clearTimeout(timer);
      }
      log.end();
    },
  };
  start();
  return running;
}
