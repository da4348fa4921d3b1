import { pino, type Logger } from "pino";
import { secretFields } from "../errors/secret-fields.js";
import { maskSecrets } from "../errors/secret-values.js";
import { onOneLine } from "../json/one-line.js";

export type Log = Logger;

/**
 * The server's log: one JSON object per line on standard error. Secrets are masked by the name of their field, and by their value
 * wherever it appears, such as in the message of a library's error.
 */
export function createLog(level: string, destination: Parameters<typeof pino>[1] = standardError()): Log {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const redact = { paths, censor: "[hidden]" };
  return pino({ level, base: null, redact, hooks: { streamWrite: writtenLine } }, destination);
}

/** Names of callers hold what some readers take for line ends: a line is one to all of them. */
function writtenLine(line: string): string {
  return `${onOneLine(maskSecrets(line).trimEnd())}\n`;
}

function standardError() {
  return pino.destination({ dest: 2, sync: false });
}
