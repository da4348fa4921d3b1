import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A file of this folder running in a process of its own. */
export interface Child {
  readonly pid: number;
  /** The next message it sends. */
  receive<Answer>(): Promise<Answer>;
  /** Sends a message and gives the next one that comes back. */
  ask<Answer>(message: object): Promise<Answer>;
  /** Lets go of it: it cleans up, if it has anything to, and ends. */
  end(): Promise<void>;
}

/** @param file relative to this folder, or a whole URL. */
export function startChild(
  file: string,
  nodeOptions: readonly string[] = [],
  parameters: readonly string[] = [],
): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), parameters, {
    execArgv: ["--import", "tsx", "--no-warnings", ...nodeOptions],
  });
  const exit = once(child, "exit");
  const receive = async <Answer>(): Promise<Answer> => {
    const message = once(child, "message");
    const first = await Promise.race([message, exit.then(() => undefined)]);
    if (first === undefined) throw new Error(`${file} ended: see the lines above.`);
    return first[0] as Answer;
  };
  return {
    pid: child.pid!,
    receive,
    ask<Answer>(message: object) {
      const answer = receive<Answer>();
      child.send(message);
      return answer;
    },
    async end() {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}
