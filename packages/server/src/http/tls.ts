import { readFile } from "node:fs/promises";
import { createSecureContext, type Server } from "node:tls";
import { ConfigurationError } from "../errors/configuration-error.js";
import { repeat } from "../lifecycle/repeat.js";
import type { Log } from "../telemetry/log.js";

/** Paths of the API's certificate and key, in PEM. */
export interface TlsFiles {
  /** Including intermediates. */
  readonly certificate: string;
  readonly key: string;
}

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Only what has forward secrecy and authenticated encryption: all of TLS 1.3, and of TLS 1.2 what RFC 9325 recommends. */
export const tlsRules = {
  minVersion: "TLSv1.2",
  honorCipherOrder: true,
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
} as const;

// How soon a renewed certificate is used.
const lookIntervalMs = 10_000;

/** @throws ConfigurationError naming the file that cannot be read, or when the two do not belong together. */
export async function readTls(files: TlsFiles): Promise<TlsPair> {
  const read = (name: string, path: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new ConfigurationError(`${name}: the file ${path} cannot be read (${error.code}).`, { cause: error });
    });
  const pair = {
    cert: await read("MILLRACE_TLS_CERT", files.certificate),
    key: await read("MILLRACE_TLS_KEY", files.key),
  };
  try {
    createSecureContext(pair);
  } catch (error) {
    const { code = "unknown fault" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `MILLRACE_TLS_CERT and MILLRACE_TLS_KEY cannot be used together (${code}): expected a certificate and its own key without a passphrase, both in PEM.`,
      { cause: error },
    );
  }
  return pair;
}

/** Reloads the files when they change, for new connections. If they are invalid, logs it and keeps the last valid ones. */
export async function followTls(
  server: Pick<Server, "setSecureContext">,
  files: TlsFiles,
  first: TlsPair,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  let used = first;
  await repeat({ intervalMs: lookIntervalMs, signal, log, doing: "reading the TLS certificate" }, async () => {
    const pair = await readTls(files);
    if (pair.cert.equals(used.cert) && pair.key.equals(used.key)) return;
    // What is not given here again goes back to Node's defaults.
    server.setSecureContext({ ...pair, ...tlsRules });
    used = pair;
    log.info("a changed TLS certificate is used from now on");
  });
}
