import { pino, type Logger } from "pino";
import { secretFields } from "../errors/secret-fields.js";
import { maskSecrets } from "../errors/secret-values.js";

export type Log = Logger;

/** The server's log: one JSON object per line on standard error, with all secrets redacted, by the name of their field and by value. */
export function createLog(level: string, destination: Parameters<typeof pino>[1] = standardError()): Log {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const redact = { paths, censor: "[hidden]" };
  return pino({ level, base: null, redact, hooks: { streamWrite: maskSecrets } }, destination);
}

function standardError() {
  return pino.destination({ dest: 2, sync: false });
}
