import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { findIsolation } from "@millrace/runners";
import { readConfiguration, type Configuration, type ConfigurationOptions } from "../configuration/configuration.js";
import { createPool } from "../database/pool.js";
import { settleSslMode } from "../database/settle-ssl-mode.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { maskSecrets, passwordsOf, rememberOwnSecret } from "../errors/secret-values.js";
import { readCatalog } from "../models/catalog.js";
import { openCheckedBlobStore } from "./storage.js";

/** One thing that a server on this machine needs. */
export interface SetupFinding {
  readonly subject: "configuration" | "data directory" | "database" | "blob store" | "models" | "isolation";
  /** `warning`: it runs, but not as well as it could. */
  readonly status: "ok" | "warning" | "failed";
  /** What was found, and for anything but `ok` what to do. */
  readonly message: string;
}

/** PostgreSQL and its log files grow by about that in an hour of work. */
const fewBytes = 2 ** 30;
const databaseLimitMs = 10_000;

/** Looks at what a server with these options would need, and changes nothing. */
export async function* checkSetup(options: ConfigurationOptions = {}): AsyncGenerator<SetupFinding> {
  let configuration: Configuration;
  try {
    configuration = readConfiguration(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return yield { subject: "configuration", status: "failed", message: error.message };
  }
  yield await checkDataDirectory(configuration);
  yield await checkDatabase(configuration);
  if (configuration.blobs.startsWith("s3://")) yield await checkBlobs(configuration);
  yield await checkModels(configuration);
  yield await checkIsolation(configuration);
}

async function checkDataDirectory({ dataDirectory }: Configuration): Promise<SetupFinding> {
  const subject = "data directory";
  // A start creates it.
  let directory = dataDirectory;
  for (;;) {
    try {
      await access(directory, constants.W_OK | constants.X_OK);
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const parent = dirname(directory);
      if (code === "ENOENT" && parent !== directory) directory = parent;
      else
        return {
          subject,
          status: "failed",
          message: `${directory} cannot be written (${code}): choose a writable one with --data or MILLRACE_DATA.`,
        };
    }
  }
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 2 ** 30).toFixed(1)} GiB free`;
  if (freeBytes >= fewBytes) return { subject, status: "ok", message: `${dataDirectory}, ${free}` };
  return { subject, status: "warning", message: `${dataDirectory}: only ${free}. Free some, or choose another disk.` };
}

async function checkDatabase({ databaseUrl, dataDirectory }: Configuration): Promise<SetupFinding> {
  const subject = "database";
  if (databaseUrl === undefined)
    return { subject, status: "ok", message: `embedded PostgreSQL in ${dataDirectory}; it starts with the server` };
  for (const secret of passwordsOf(databaseUrl)) rememberOwnSecret(secret);
  try {
    const pool = createPool(await settleSslMode(databaseUrl), {
      maximumConnections: 1,
      applicationName: "millrace-doctor",
      statementLimitMs: databaseLimitMs,
    });
    try {
      const { rows } = await pool.query<{ version: string; name: string; may_create: boolean }>(
        `SELECT current_setting('server_version') AS version, current_database() AS name,
           to_regnamespace('millrace') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE') AS may_create`,
      );
      const { version = "", name = "", may_create: mayCreate = false } = rows[0] ?? {};
      const found = `PostgreSQL ${version}, database ${name}`;
      if (mayCreate) return { subject, status: "ok", message: found };
      const message = `${found}: the user of DATABASE_URL may not create a schema there. Run: GRANT CREATE ON DATABASE ${name} TO that user.`;
      return { subject, status: "failed", message };
    } finally {
      await pool.end();
    }
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return {
      subject,
      status: "failed",
      message: `The database of DATABASE_URL cannot be used (${maskSecrets(message || String(code))}): check address, password and that it runs.`,
    };
  }
}

async function checkBlobs(configuration: Configuration): Promise<SetupFinding> {
  const subject = "blob store";
  try {
    await openCheckedBlobStore(configuration);
    return { subject, status: "ok", message: configuration.blobs.replace(/\?.*/, "") };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { subject, status: "failed", message: error.message };
  }
}

async function checkModels({ modelsDirectory }: Configuration): Promise<SetupFinding> {
  const subject = "models";
  const faults: string[] = [];
  try {
    const { entries } = await readCatalog(modelsDirectory, { error: (_fields, message) => void faults.push(message) });
    const count = `${entries.length} in ${modelsDirectory}`;
    if (faults.length > 0) return { subject, status: "warning", message: `${count}. ${faults.join(" ")}` };
    if (entries.length > 0) return { subject, status: "ok", message: count };
    return {
      subject,
      status: "warning",
      message: `${count}: set MILLRACE_MODELS, or deploy with millrace models deploy.`,
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { subject, status: "failed", message: error.message };
  }
}

async function checkIsolation({ requiresIsolation }: Configuration): Promise<SetupFinding> {
  const isolation = await findIsolation();
  if (isolation.isIsolated) return { subject: "isolation", status: "ok", message: "models run in sandboxes" };
  return { subject: "isolation", status: requiresIsolation ? "failed" : "warning", message: isolation.reason };
}
