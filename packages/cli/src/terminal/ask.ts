import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { MillraceError } from "@millrace/client";

/** Asks a question on the terminal. @returns the line, or `fallback` when it is empty. @throws MillraceError without a terminal. */
export function ask(question: string, fallback: string): Promise<string> {
  return askLine(question, true).then((line) => line || fallback);
}

/** Asks for a secret, which is not shown. @throws MillraceError without a terminal. */
export function askHidden(question: string): Promise<string> {
  return askLine(question, false);
}

/** Whether somebody can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** All of the standard input, without spaces around it. */
export async function readStandardInput(): Promise<string> {
  return (await text(process.stdin)).trim();
}

function askLine(question: string, isShown: boolean): Promise<string> {
  if (!canAsk())
    throw new MillraceError(
      `${question.replace(/: $/, "")} is needed, and there is no terminal to ask on: see --help for how to pass it.`,
    );
  process.stderr.write(question);
  // What is typed would be written here.
  const output = isShown ? process.stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => {
      if (!isShown) process.stderr.write("\n");
      reject(new MillraceError("Stopped."));
    });
  });
}
