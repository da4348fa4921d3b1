import { availableParallelism, homedir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { isModelKind, modelKinds, parseSizeBytes, type ModelPolicy } from "@millrace/runners";
import { ConfigurationError } from "./errors/configuration-error.js";
import { describeMismatch } from "./errors/describe-mismatch.js";
import type { WorkerResources } from "./worker/placement.js";

/** The environment variables that Millrace reads; nothing else in the server reads `process.env`. */
export const Environment = Type.Object({
  MILLRACE_API_KEY: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_-]{1,64}\\.[^\\s.]{8,}$",
      description:
        "`prefix.secret`: the admin key to create at startup. If unset, the first start generates one and prints it once.",
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: "^postgres(ql)?://",
      description: "The PostgreSQL database to use. If unset, Millrace starts an embedded one.",
    }),
  ),
  MILLRACE_DATA: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Directory for the embedded database, outputs and the master key. Default: `~/.millrace`.",
    }),
  ),
  MILLRACE_BLOBS: Type.Optional(
    Type.String({
      pattern: "^(?!s3:)|^s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[^?#]*)?([?][^#]*)?$",
      description:
        "Where to store large outputs: a directory (shared by all machines) or `s3://bucket/prefix?region=...&endpoint=...`, with credentials from the usual AWS sources. Default: `blobs` in the data directory.",
    }),
  ),
  MILLRACE_MASTER_KEY: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F]{64}$",
      description:
        "32 bytes in hexadecimal that encrypt stored credentials. Required when several machines share a database. If unset, Millrace creates a key file in the data directory.",
    }),
  ),
  MILLRACE_MODELS: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Directory of models, `<name>/<version>/model.yaml`. Default: the bundled models.",
    }),
  ),
  MILLRACE_RUNNERS: Type.Optional(
    Type.String({
      pattern: `^(${modelKinds.join("|")})(,(${modelKinds.join("|")}))*$`,
      description: `Comma-separated kinds of model that this installation runs: ${modelKinds.map((kind) => `\`${kind}\``).join(", ")}. \`container\` stands for images that Millrace starts. Default: all. See [Security](security.md#isolation-of-models).`,
    }),
  ),
  MILLRACE_ISOLATION: Type.Optional(
    Type.Enum(["required", "best-effort"], {
      description:
        "`required` refuses to start where models cannot run in sandboxes; `best-effort` logs a warning. Default: `best-effort`.",
    }),
  ),
  MILLRACE_MODEL_NETWORK: Type.Optional(
    Type.Enum(["allow", "deny"], {
      description:
        "Whether models whose `model.yaml` says `resources: { network: true }` get the network of this machine; with `deny` they are refused. Default: `deny`.",
    }),
  ),
  MILLRACE_LOG_LEVEL: Type.Optional(
    Type.Enum(["silent", "error", "warn", "info", "debug"], { description: "Log level. Default: `info`." }),
  ),
  MILLRACE_DELETE_INPUTS_AFTER_HOURS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      description:
        "Hours after a job ends until its uploaded texts and files are deleted; 0 deletes them immediately. Default: 24.",
    }),
  ),
  MILLRACE_DELETE_RESULTS_AFTER_HOURS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      description: "Hours after a job ends until its results are deleted; 0 keeps them. Default: 0.",
    }),
  ),
  MILLRACE_WORKER_LABELS: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*$",
      description:
        "Comma-separated labels of this worker. A version that requires a label runs only on workers that have it.",
    }),
  ),
  MILLRACE_WORKER_MEMORY: Type.Optional(
    Type.String({
      pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
      description:
        "Memory that all engines of this worker may use together, for example `8G`. Default: three quarters of the machine's memory.",
    }),
  ),
  MILLRACE_WORKER_GPUS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,3}$",
      description: "Number of GPUs that this worker's engines may use. Default: 0.",
    }),
  ),
  MILLRACE_WORKER_LEASE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^([3-9]|[1-9]\\d{1,3})$",
      description:
        "Seconds without a heartbeat until other workers take over this worker's chunks; at least 3. Default: 15.",
    }),
  ),
  MILLRACE_STOP_GRACE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,4}$",
      description: "Seconds that a stopping worker has to finish its chunks before it hands them back. Default: 5.",
    }),
  ),
  AWS_ENDPOINT_URL_S3: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description: "An S3-compatible endpoint to fetch `aws-s3` inputs from. Default: Amazon S3.",
    }),
  ),
  MILLRACE_AZURE_ENDPOINT: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description:
        "An Azure-compatible endpoint to fetch `azureblob` inputs from; the account name is appended. Default: the account's own host.",
    }),
  ),
  AWS_ENDPOINT_URL: Type.Optional(
    Type.String({ pattern: "^https?://", description: "Used if `AWS_ENDPOINT_URL_S3` is not set." }),
  ),
});

const environmentSchema = Compile(Environment);

/** How a server runs, after defaults. */
export interface Configuration {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDirectory: string;
  /** Undefined: an embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | undefined;
  /** A directory, or `s3://bucket/prefix?region=...&endpoint=...`. */
  readonly blobs: string;
  readonly modelsDirectory: string;
  readonly apiKey: string | undefined;
  readonly masterKeyHex: string | undefined;
  readonly s3Endpoint: string | undefined;
  readonly azureEndpoint: string | undefined;
  /** Hours after a job ends until its texts and files are deleted, unless the submission says otherwise. */
  readonly hoursDeleteInput: number;
  /** Hours after a job ends until its results are deleted; 0 keeps them. */
  readonly hoursDeleteResults: number;
  /** What this machine offers to engines. */
  readonly workerResources: WorkerResources;
  /** How long this worker may be silent before others take its chunks. */
  readonly workerLeaseMs: number;
  /** How long a stop waits for running chunks before they are handed back. */
  readonly stopGraceMs: number;
  /** How long one statement may wait for the database; the request that needs it is then answered with 503. */
  readonly statementLimitMs: number;
  /** What models may do here. */
  readonly modelPolicy: ModelPolicy;
  /** Whether the server must not start where models cannot be isolated. */
  readonly requiresIsolation: boolean;
  readonly logLevel: Static<typeof Environment>["MILLRACE_LOG_LEVEL"] & string;
  /** Largest request body that is read, in bytes. */
  readonly maximumBodyBytes: number;
  readonly roles: { readonly api: boolean; readonly worker: boolean };
}

/** What a caller may set; it wins over the environment. */
export type ConfigurationOptions = { [Key in keyof Configuration]?: Configuration[Key] | undefined };

/**
 * Joins what the caller gave, the environment and the defaults.
 *
 * @throws ConfigurationError naming the setting that is not valid.
 */
export function readConfiguration(
  options: ConfigurationOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const settings = parseEnvironment(environment);
  const dataDirectory = resolve(options.dataDirectory ?? settings.MILLRACE_DATA ?? join(homedir(), ".millrace"));
  const port = options.port ?? 8080;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError(`The port must be a whole number from 0 to 65535; found ${port}.`);
  }
  return {
    host: options.host ?? "127.0.0.1",
    port,
    dataDirectory,
    databaseUrl: options.databaseUrl ?? settings.DATABASE_URL,
    blobs: locationOf(options.blobs ?? settings.MILLRACE_BLOBS ?? join(dataDirectory, "blobs")),
    modelsDirectory: resolve(options.modelsDirectory ?? settings.MILLRACE_MODELS ?? bundledModelsDirectory),
    apiKey: options.apiKey ?? settings.MILLRACE_API_KEY,
    masterKeyHex: options.masterKeyHex ?? settings.MILLRACE_MASTER_KEY,
    s3Endpoint: options.s3Endpoint ?? settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL,
    azureEndpoint: options.azureEndpoint ?? settings.MILLRACE_AZURE_ENDPOINT,
    hoursDeleteInput: options.hoursDeleteInput ?? Number(settings.MILLRACE_DELETE_INPUTS_AFTER_HOURS ?? 24),
    hoursDeleteResults: options.hoursDeleteResults ?? Number(settings.MILLRACE_DELETE_RESULTS_AFTER_HOURS ?? 0),
    workerResources: options.workerResources ?? {
      cpuCount: availableParallelism(),
      memoryBytes:
        settings.MILLRACE_WORKER_MEMORY === undefined
          ? Math.floor(machineMemoryBytes() * 0.75)
          : parseSizeBytes(settings.MILLRACE_WORKER_MEMORY),
      gpuCount: Number(settings.MILLRACE_WORKER_GPUS ?? 0),
      labels: settings.MILLRACE_WORKER_LABELS?.split(",") ?? [],
    },
    workerLeaseMs: options.workerLeaseMs ?? Number(settings.MILLRACE_WORKER_LEASE_SECONDS ?? 15) * 1_000,
    stopGraceMs: options.stopGraceMs ?? Number(settings.MILLRACE_STOP_GRACE_SECONDS ?? 5) * 1_000,
    statementLimitMs: options.statementLimitMs ?? defaultStatementLimitMs,
    modelPolicy: options.modelPolicy ?? {
      ...(settings.MILLRACE_RUNNERS === undefined
        ? {}
        : { kinds: settings.MILLRACE_RUNNERS.split(",").filter(isModelKind) }),
      allowsNetwork: settings.MILLRACE_MODEL_NETWORK === "allow",
    },
    requiresIsolation: options.requiresIsolation ?? settings.MILLRACE_ISOLATION === "required",
    logLevel: options.logLevel ?? settings.MILLRACE_LOG_LEVEL ?? "info",
    maximumBodyBytes: options.maximumBodyBytes ?? defaultMaximumBodyBytes,
    roles: options.roles ?? { api: true, worker: true },
  };
}

function locationOf(blobs: string): string {
  return blobs.startsWith("s3://") ? blobs : resolve(blobs);
}

/** Of the container, where it has a limit. */
function machineMemoryBytes(): number {
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

// Less than the 30 s after which published clients give up.
const defaultStatementLimitMs = 20_000;

// Some hundred thousand S3 inputs, or 190 MiB of files as base64.
const defaultMaximumBodyBytes = 256 * 2 ** 20;

const bundledModelsDirectory = fileURLToPath(new URL("../../../models", import.meta.url));

const secretSettings: ReadonlySet<string> = new Set(["MILLRACE_API_KEY", "MILLRACE_MASTER_KEY", "DATABASE_URL"]);

/**
 * Removes what nobody needs any more once a server has started, so that no other code in this process finds it and no program
 * inherits it. The kernel keeps the original for whoever may read this process's /proc.
 */
export function forgetSecrets(environment: Record<string, string | undefined> = process.env): void {
  const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD"];
  for (const name of [...secretSettings, ...credentials]) delete environment[name];
}

function parseEnvironment(environment: Readonly<Record<string, string | undefined>>): Static<typeof Environment> {
  const known = Object.fromEntries(
    Object.keys(Environment.properties).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  if (environmentSchema.Check(known)) return known;
  const errors = environmentSchema.Errors(known);
  const name = errors[0]?.instancePath.slice(1) ?? "";
  if (secretSettings.has(name)) {
    const { description = "" } = Environment.properties[name as keyof typeof Environment.properties] as {
      description?: string;
    };
    throw new ConfigurationError(`${name} is not valid (its value is not shown): ${description}`);
  }
  throw new ConfigurationError(describeMismatch("The environment", known, environmentSchema));
}
