import { availableParallelism, homedir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { isModelKind, modelKinds, parseSizeBytes, type ModelPolicy } from "@millrace/runners";
import type { ClientLimits } from "./limits/client-limits.js";
import { ConfigurationError } from "./errors/configuration-error.js";
import { describeMismatch } from "./errors/describe-mismatch.js";
import type { Proxies } from "./outbound/proxied-http.js";
import type { WorkerResources } from "./worker/placement.js";

const httpUrl = { pattern: "^[hH][tT][tT][pP][sS]?://", expected: "a URL such as https://example.com" } as const;

const proxyUrl = {
  pattern: "^([hH][tT][tT][pP][sS]?://)?[^\\s/?#]+/?$",
  expected: "a URL such as http://proxy.example.com:3128",
} as const;

/** The environment variables that Millrace reads; nothing else in the server reads `process.env`. */
export const Environment = Type.Object({
  MILLRACE_API_KEY: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_-]{1,64}\\.[^\\s.]{8,}$",
      expected:
        "prefix.secret, with 1 to 64 letters, digits, _ or - before the dot and at least 8 characters behind it",
      description:
        "`prefix.secret`: the admin key to create at startup; the secret has at least 32 characters. Changing it disables the previous key, so give every API and worker the same value. If unset, the first start generates a key and prints it once.",
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: "^postgres(ql)?://",
      expected: "a URL such as postgres://user:password@host:5432/database",
      description:
        "The PostgreSQL database to use, directly or by a pooler that keeps sessions ([Scaling](scaling.md#more-machines)). If unset, Millrace starts an embedded one. `?sslmode=verify-full` encrypts and checks the certificate; `prefer` uses TLS where the server has it and `allow` where it demands it, without checking, as found at startup.",
    }),
  ),
  MILLRACE_API_CONNECTIONS: Type.Optional(
    Type.String({
      pattern: "^([89]|[1-9]\\d{1,2})$",
      expected: "a whole number from 8 to 999",
      description:
        "Database connections that the API of this process may open; at least 8. Default: 20. The worker has its own. All processes together must stay below PostgreSQL's `max_connections`, 100 by default.",
    }),
  ),
  MILLRACE_WORKER_CONNECTIONS: Type.Optional(
    Type.String({
      pattern: "^([89]|[1-9]\\d{1,2})$",
      expected: "a whole number from 8 to 999",
      description:
        "Database connections that the worker and the maintenance of this process may open; at least 8. Default: 20.",
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
      expected: "a directory, or a URL such as s3://bucket/prefix?region=us-east-1",
      description:
        "Where to store large outputs: a directory (shared by all machines) or `s3://bucket/prefix?region=...&endpoint=...`, with credentials from the usual AWS sources. Default: `blobs` in the data directory.",
    }),
  ),
  MILLRACE_MASTER_KEY: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F]{64}$",
      expected: "64 hexadecimal digits",
      description:
        "32 bytes in hexadecimal that encrypt stored credentials. Required when several machines share a database. If unset, Millrace creates a key file in the data directory.",
    }),
  ),
  MILLRACE_MASTER_KEY_PREVIOUS: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F]{64}(,[0-9a-fA-F]{64})*$",
      expected: "64 hexadecimal digits, or several such keys separated by commas",
      description:
        "Comma-separated earlier values of `MILLRACE_MASTER_KEY`, to decrypt what they encrypted. Needed until `millrace keys rotate-master` has finished.",
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
      expected: `some of ${modelKinds.join(", ")}, separated by commas`,
      description: `Comma-separated kinds of models that this installation runs: ${modelKinds.map((kind) => `\`${kind}\``).join(", ")}. \`container\` stands for images that Millrace starts. Default: all. See [Security](security.md#isolation-of-models).`,
    }),
  ),
  MILLRACE_ISOLATION: Type.Optional(
    Type.Enum(["required", "best-effort"], {
      description:
        "`required` refuses to start if models cannot run in sandboxes; `best-effort` logs a warning. Default: `best-effort`.",
    }),
  ),
  MILLRACE_MODEL_NETWORK: Type.Optional(
    Type.Enum(["allow", "deny"], {
      description:
        "`allow` gives models with `resources: { network: true }` in their `model.yaml` the network of this machine; `deny` refuses to run them. Default: `deny`.",
    }),
  ),
  MILLRACE_LOG_LEVEL: Type.Optional(
    Type.Enum(["silent", "error", "warn", "info", "debug"], { description: "Log level. Default: `info`." }),
  ),
  MILLRACE_DELETE_INPUTS_AFTER_HOURS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      expected: "a whole number of hours from 0 to 99999",
      description:
        "Hours after a job ends until its uploaded texts and files are deleted; 0 deletes them immediately. Default: 24.",
    }),
  ),
  MILLRACE_DELETE_RESULTS_AFTER_HOURS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      expected: "a whole number of hours from 0 to 99999",
      description: "Hours after a job ends until its results are deleted; 0 keeps them. Default: 0.",
    }),
  ),
  MILLRACE_AUDIT_DAYS: Type.Optional(
    Type.String({
      pattern: "^([3-9]\\d|[1-9]\\d{2,4})$",
      expected: "a whole number of days from 30 to 99999",
      description: "Days to keep entries of the audit log, at least 30. Default: 365.",
    }),
  ),
  MILLRACE_WORKER_LABELS: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*$",
      expected: "labels of letters, digits, _, . and -, separated by commas",
      description:
        "Comma-separated labels of this worker. A version that requires a label runs only on workers that have it.",
    }),
  ),
  MILLRACE_WORKER_MEMORY: Type.Optional(
    Type.String({
      pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
      expected: "a size such as 512Mi or 8G",
      description:
        "Memory that all engines of this worker may use together, for example `8G`. Default: three quarters of the machine's memory.",
    }),
  ),
  MILLRACE_WORKER_GPUS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,3}$",
      expected: "a whole number from 0 to 999",
      description: "Number of GPUs that this worker's engines may use. Default: 0.",
    }),
  ),
  MILLRACE_WORKER_LEASE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^([3-9]|[1-9]\\d{1,3})$",
      expected: "a whole number of seconds from 3 to 9999",
      description:
        "Seconds without a heartbeat until other workers take over this worker's chunks; at least 3. Default: 15.",
    }),
  ),
  MILLRACE_STOP_GRACE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,4}$",
      expected: "a whole number of seconds from 0 to 9999",
      description: "Seconds that a stopping worker has to finish its chunks before it hands them back. Default: 5.",
    }),
  ),
  MILLRACE_MAX_CONNECTIONS: Type.Optional(
    Type.String({
      pattern: "^[1-9]\\d{0,5}$",
      expected: "a whole number from 1 to 999999",
      description: "Open connections to the API; more are closed at once. Default: 2000.",
    }),
  ),
  MILLRACE_MAX_CONNECTIONS_PER_ADDRESS: Type.Optional(
    Type.String({
      pattern: "^[1-9]\\d{0,5}$",
      expected: "a whole number from 1 to 999999",
      description:
        "Open connections to the API from one address; more are closed at once. Does not apply to trusted proxies. Default: 1000.",
    }),
  ),
  MILLRACE_MAX_OPEN_REQUESTS_PER_KEY: Type.Optional(
    Type.String({
      pattern: "^[1-9]\\d{0,5}$",
      expected: "a whole number from 1 to 999999",
      description:
        "Open requests of one API key, including event streams; more get 503 with Retry-After. Default: 500, half of what one address can have.",
    }),
  ),
  MILLRACE_MAX_SUBMISSION: Type.Optional(
    Type.String({
      pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
      expected: "a size such as 512Mi or 8G",
      description:
        "Largest body of a submission, for example `128Mi`. A submission of 100,000 S3 objects takes about 10 MiB; base64 makes embedded files a third larger. Default: `64Mi`. Uploads take pieces of up to 32 MiB, all other bodies 1 MiB.",
    }),
  ),
  MILLRACE_MAX_ARCHIVE: Type.Optional(
    Type.String({
      pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
      expected: "a size such as 512Mi or 8G",
      description: "Largest archive of a model. Default: `256Mi`.",
    }),
  ),
  MILLRACE_BODY_MEMORY: Type.Optional(
    Type.String({
      pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
      expected: "a size such as 512Mi or 8G",
      description:
        "Memory for all request bodies together; one API key can use half of it. Requests beyond it get 503 with Retry-After. Default: a quarter of the machine's memory, at most `512Mi`.",
    }),
  ),
  MILLRACE_REQUEST_TIMEOUT_SECONDS: Type.Optional(
    Type.String({
      pattern: "^[1-9]\\d{0,4}$",
      expected: "a whole number of seconds from 1 to 99999",
      description: "Seconds that a request may take to arrive. Default: 300.",
    }),
  ),
  MILLRACE_TLS_CERT: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "File with the certificate of the API and its intermediates, in PEM. With it the API speaks HTTPS only. Changed files are used within 10 seconds. Default: plain HTTP.",
    }),
  ),
  MILLRACE_TLS_KEY: Type.Optional(
    Type.String({ minLength: 1, description: "File with the private key of the certificate, in PEM." }),
  ),
  MILLRACE_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/?#@\\s]+(/[\\w~-][\\w.~-]*)*/?$",
      expected: "a URL such as https://example.com/millrace, without a user name or query",
      description:
        "The public URL of the API, with the path below which a proxy serves it, for example `https://example.com/millrace`. Links start with it. Default: the host that each request names.",
    }),
  ),
  MILLRACE_CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: "^([*]|https?://[^,/\\s]+(,https?://[^,/\\s]+)*)$",
      expected: "*, or origins such as https://app.example.com, separated by commas",
      description:
        "Comma-separated origins whose web pages may call the API, for example `https://app.example.com`. Default: `*`, all. API keys are never in cookies, so a page needs its own key.",
    }),
  ),
  MILLRACE_TRUSTED_PROXIES: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F.:]+(/\\d{1,3})?(,[0-9a-fA-F.:]+(/\\d{1,3})?)*$",
      expected: "addresses and networks such as 10.0.0.5 and 10.1.0.0/16, separated by commas",
      description:
        "Comma-separated addresses and networks of your proxies, for example `10.0.0.5,10.1.0.0/16`. The server believes X-Forwarded-For, -Host, -Proto and -Prefix only from them.",
    }),
  ),
  MILLRACE_OUTBOUND: Type.Optional(
    Type.String({
      description:
        "Comma-separated non-public addresses that callers may make the server connect to: networks (`10.1.0.0/16`), hosts (`minio.internal`, `*.corp.example`), `private` or `loopback`, each with or without `:port`. Default: none. The endpoints below are always allowed. See [inputs.md](inputs.md#addresses).",
    }),
  ),
  HTTP_PROXY: Type.Optional(
    Type.String({
      ...proxyUrl,
      description:
        "The HTTP proxy for connections to buckets, webhooks and model servers, for example `http://proxy.example.com:3128`. See [below](#behind-a-forward-proxy). Default: none.",
    }),
  ),
  HTTPS_PROXY: Type.Optional(
    Type.String({ ...proxyUrl, description: "The same for `https` addresses. Default: `HTTP_PROXY`." }),
  ),
  NO_PROXY: Type.Optional(
    Type.String({
      description:
        "Comma-separated hosts, with or without `:port`, to connect to without the proxy: `minio.internal`, `.corp.example` with all hosts below it, or `*` for all.",
    }),
  ),
  AWS_ENDPOINT_URL_S3: Type.Optional(
    Type.String({
      ...httpUrl,
      description: "An S3-compatible endpoint to fetch `aws-s3` inputs from. Default: Amazon S3.",
    }),
  ),
  MILLRACE_AZURE_ENDPOINT: Type.Optional(
    Type.String({
      ...httpUrl,
      description:
        "An Azure-compatible endpoint to fetch `azureblob` inputs from; the account name is appended. Default: the account's own host.",
    }),
  ),
  AWS_ENDPOINT_URL: Type.Optional(
    Type.String({ ...httpUrl, description: "Used if `AWS_ENDPOINT_URL_S3` is not set." }),
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
  /** Most connections to the database that requests share. */
  readonly apiConnections: number;
  /** Most connections to the database that the worker and maintenance share. */
  readonly workerConnections: number;
  /** A directory, or `s3://bucket/prefix?region=...&endpoint=...`. */
  readonly blobs: string;
  readonly modelsDirectory: string;
  readonly apiKey: string | undefined;
  readonly masterKeyHex: string | undefined;
  /** Earlier master keys, which open but do not seal. */
  readonly previousMasterKeysHex: readonly string[];
  readonly s3Endpoint: string | undefined;
  readonly azureEndpoint: string | undefined;
  /** Which addresses that are not public may be connected to for callers, as `MILLRACE_OUTBOUND` says it. */
  readonly outbound: string;
  /** HTTP proxies for connections to other servers. */
  readonly proxies: Proxies;
  /** Hours after a job ends until its texts and files are deleted, unless the submission says otherwise. */
  readonly hoursDeleteInput: number;
  /** Hours after a job ends until its results are deleted; 0 keeps them. */
  readonly hoursDeleteResults: number;
  /** Days that entries of the audit log are kept, at least 30. */
  readonly auditDays: number;
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
  readonly clientLimits: ClientLimits;
  /** Addresses and networks of proxies that may say for whom they ask. */
  readonly trustedProxies: readonly string[];
  /** Where links begin, "https://millrace.example"; undefined: where the request came. */
  readonly publicUrl: string | undefined;
  /** Origins whose pages may call the API from a browser; undefined: all. */
  readonly corsOrigins: readonly string[] | undefined;
  /** Undefined: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly roles: { readonly api: boolean; readonly worker: boolean };
}

/** What a caller may set; it wins over the environment. */
export type ConfigurationOptions = {
  [Key in Exclude<keyof Configuration, "clientLimits">]?: Configuration[Key] | undefined;
} & { readonly clientLimits?: Partial<ClientLimits> | undefined };

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
    apiConnections: options.apiConnections ?? Number(settings.MILLRACE_API_CONNECTIONS ?? 20),
    workerConnections: options.workerConnections ?? Number(settings.MILLRACE_WORKER_CONNECTIONS ?? 20),
    blobs: locationOf(options.blobs ?? settings.MILLRACE_BLOBS ?? join(dataDirectory, "blobs")),
    modelsDirectory: resolve(options.modelsDirectory ?? settings.MILLRACE_MODELS ?? bundledModelsDirectory),
    apiKey: options.apiKey ?? settings.MILLRACE_API_KEY,
    masterKeyHex: options.masterKeyHex ?? settings.MILLRACE_MASTER_KEY,
    previousMasterKeysHex: options.previousMasterKeysHex ?? settings.MILLRACE_MASTER_KEY_PREVIOUS?.split(",") ?? [],
    s3Endpoint: options.s3Endpoint ?? settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL,
    azureEndpoint: options.azureEndpoint ?? settings.MILLRACE_AZURE_ENDPOINT,
    proxies: options.proxies ?? {
      http: proxyAt(settings.HTTP_PROXY),
      https: proxyAt(settings.HTTPS_PROXY),
      no: settings.NO_PROXY ?? "",
    },
    outbound: options.outbound ?? settings.MILLRACE_OUTBOUND ?? "",
    hoursDeleteInput: options.hoursDeleteInput ?? Number(settings.MILLRACE_DELETE_INPUTS_AFTER_HOURS ?? 24),
    hoursDeleteResults: options.hoursDeleteResults ?? Number(settings.MILLRACE_DELETE_RESULTS_AFTER_HOURS ?? 0),
    auditDays: options.auditDays ?? Number(settings.MILLRACE_AUDIT_DAYS ?? 365),
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
    clientLimits: {
      connections: Number(settings.MILLRACE_MAX_CONNECTIONS ?? 2_000),
      connectionsPerAddress: Number(settings.MILLRACE_MAX_CONNECTIONS_PER_ADDRESS ?? 1_000),
      openRequestsPerKey: Number(settings.MILLRACE_MAX_OPEN_REQUESTS_PER_KEY ?? 500),
      submissionBytes: parseSizeBytes(settings.MILLRACE_MAX_SUBMISSION ?? "64Mi"),
      archiveBytes: parseSizeBytes(settings.MILLRACE_MAX_ARCHIVE ?? "256Mi"),
      bodyMemoryBytes:
        settings.MILLRACE_BODY_MEMORY === undefined
          ? Math.floor(Math.min(512 * 2 ** 20, machineMemoryBytes() / 4))
          : parseSizeBytes(settings.MILLRACE_BODY_MEMORY),
      requestMs: Number(settings.MILLRACE_REQUEST_TIMEOUT_SECONDS ?? 300) * 1_000,
      headersMs: 20_000,
      ...options.clientLimits,
    },
    publicUrl: (options.publicUrl ?? settings.MILLRACE_PUBLIC_URL)?.replace(/\/$/, "").replace(/\/api$/, ""),
    corsOrigins:
      options.corsOrigins ??
      (settings.MILLRACE_CORS_ORIGINS === "*" ? undefined : settings.MILLRACE_CORS_ORIGINS?.split(",")),
    tls: options.tls ?? tlsFiles(settings),
    trustedProxies: options.trustedProxies ?? settings.MILLRACE_TRUSTED_PROXIES?.split(",") ?? [],
    roles: options.roles ?? { api: true, worker: true },
  };
}

function tlsFiles({
  MILLRACE_TLS_CERT: certificate,
  MILLRACE_TLS_KEY: key,
}: Static<typeof Environment>): Configuration["tls"] {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new ConfigurationError("MILLRACE_TLS_CERT and MILLRACE_TLS_KEY are needed together: set the other one, too.");
}

/** The secrets in the environment that libraries read by themselves. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>> = process.env): string[] {
  return ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].flatMap((name) => environment[name] ?? []);
}

/** As other programs read it: http if it has no protocol. */
function proxyAt(setting = ""): string {
  return setting === "" || setting.includes("://") ? setting : `http://${setting}`;
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

const bundledModelsDirectory = fileURLToPath(new URL("../../../models", import.meta.url));

const secretSettings: ReadonlySet<string> = new Set([
  "MILLRACE_API_KEY",
  "MILLRACE_MASTER_KEY",
  "MILLRACE_MASTER_KEY_PREVIOUS",
  "DATABASE_URL",
  "HTTP_PROXY",
  "HTTPS_PROXY",
]);
/** Other programs read them in lower case first. */
const proxySettings: ReadonlySet<string> = new Set(["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]);

/**
 * Removes what nobody needs any more once a server has started, so that no other code in this process finds it and no program
 * inherits it. The kernel keeps the original for whoever may read this process's /proc.
 */
export function forgetSecrets(environment: Record<string, string | undefined> = process.env): void {
  const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD"];
  const proxies = [...proxySettings].map((name) => name.toLowerCase());
  for (const name of [...secretSettings, ...credentials, ...proxies]) delete environment[name];
}

function parseEnvironment(environment: Readonly<Record<string, string | undefined>>): Static<typeof Environment> {
  const known = Object.fromEntries(
    Object.keys(Environment.properties).flatMap((name) => {
      const value = (proxySettings.has(name) && environment[name.toLowerCase()]) || environment[name];
      return value ? [[name, value]] : [];
    }),
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
