import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../cli/bin/millrace.js", import.meta.url));

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Everything it printed so far, both streams. */
  output(): string;
  /** Ends it and waits until it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * The built `millrace serve` as a process of its own, as a user runs it. Resolves when it answers.
 *
 * @param entry the file that is started, unless it is the usual one.
 */
export async function startServerProcess(
  dataDirectory: string,
  environment: Record<string, string>,
  entry = command,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [entry, "serve", "--port", "0", "--data", dataDirectory], {
    env: { PATH: process.env["PATH"], MILLRACE_OUTBOUND: "loopback", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      output += `${line}\n`;
      const address = /API\s+(http:\S+)\/api/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", (code) => reject(new Error(`millrace serve ended with ${code}: ${output}`)));
  });
  return {
    child,
    url,
    output: () => output,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    },
  };
}
