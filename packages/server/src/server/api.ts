import { isIPv6 } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Isolation } from "@millrace/runners";
import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { createAuditLog } from "../audit/audit-log.js";
import type { Configuration } from "../configuration/configuration.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { createApp } from "../http/app.js";
import { followTls, readTls } from "../http/tls.js";
import { createSubmit } from "../jobs/submit.js";
import { createRequestRates } from "../limits/request-rates.js";
import { createSlowSignIns } from "../limits/slow-sign-ins.js";
import type { MasterKeyRotation } from "../maintenance/master-key-rotation.js";
import { createLoadManifest } from "../models/load-manifest.js";
import { runUntilClosed } from "./on-close.js";
import type { SharedParts } from "./shared-parts.js";

/** What only the API needs. */
interface ApiParts {
  readonly apiPool: Pool;
  readonly isolation: Isolation;
  readonly masterKey: MasterKeyRotation;
  readonly signal: AbortSignal | undefined;
}

/** Starts the API of this process; resolves with its address. */
export async function startApi(
  configuration: Configuration,
  { changes, secrets, outbound, blobs, catalog, deployed, log, onClose }: SharedParts,
  { apiPool: pool, isolation, masterKey, signal }: ApiParts,
): Promise<string> {
  const audit = createAuditLog(pool, log);
  onClose("the audit log", () => audit.close());
  const tls = configuration.tls && (await readTls(configuration.tls));
  const rates = createRequestRates(pool, log);
  onClose("rate limits", () => rates.close());
  const app = await createApp({
    pool,
    changes,
    audit,
    rates,
    slowSignIns: createSlowSignIns(),
    blobs,
    log,
    catalog,
    deployed,
    loadManifest: createLoadManifest(pool, catalog, deployed),
    modelPolicy: configuration.modelPolicy,
    isolation,
    secrets,
    masterKey,
    outbound,
    submit: createSubmit({ pool, secrets, outbound, hoursDeleteInput: configuration.hoursDeleteInput }),
    limits: configuration.clientLimits,
    trustedProxies: configuration.trustedProxies,
    publicUrl: configuration.publicUrl,
    supportUrl: configuration.supportUrl,
    corsOrigins: configuration.corsOrigins,
    tls,
  });
  onClose("the API", () => app.close());
  signal?.throwIfAborted();
  const { tls: files } = configuration;
  if (files !== undefined && tls !== undefined)
    runUntilClosed(onClose, "the TLS certificate", (closing) =>
      followTls(app.server as unknown as TlsServer, files, tls, { signal: closing, log }),
    );
  return listen(app, configuration);
}

async function listen(app: FastifyInstance, { host, port, tls }: Configuration): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE")
      throw new ConfigurationError(`Port ${port} on ${host} is in use: choose another with --port.`);
    if (code === "EACCES")
      throw new ConfigurationError(
        `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`,
      );
    throw new ConfigurationError(
      `Cannot listen on ${host}:${port} (${code ?? "unknown error"}): choose another --host or --port.`,
    );
  }
  const address = app.server.address();
  const openPort = typeof address === "object" && address !== null ? address.port : port;
  return `${tls === undefined ? "http" : "https"}://${isIPv6(host) ? `[${host}]` : host}:${openPort}`;
}
