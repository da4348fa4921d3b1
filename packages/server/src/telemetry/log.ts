import { pino, type Logger } from "pino";
import { secretFields } from "../errors/secret-fields.js";

export type Log = Logger;

/** The server's log: one JSON object per line on standard error, with all secrets redacted. */
export function createLog(level: string): Log {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino({ level, base: null, redact: { paths, censor: "[hidden]" } }, pino.destination({ dest: 2, sync: false }));
}
