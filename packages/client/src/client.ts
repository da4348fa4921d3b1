import { MillraceError } from "./errors.js";
import { Transport } from "./http/transport.js";
import { Audit } from "./resources/audit.js";
import { Jobs } from "./resources/jobs.js";
import { Keys } from "./resources/keys.js";
import { Models } from "./resources/models.js";
import { Results } from "./resources/results.js";
import { Teams } from "./resources/teams.js";
import { Users } from "./resources/users.js";
import { Webhooks } from "./resources/webhooks.js";

export interface ClientOptions {
  /** The address of the server, with or without `/api`: "http://localhost:8080". Default: the environment's MILLRACE_URL. */
  readonly baseUrl?: string;
  /** `prefix.secret`. Default: the environment's MILLRACE_API_KEY. */
  readonly apiKey?: string;
  /** Milliseconds for a call with all its retries, 60,000 by default. */
  readonly timeoutMs?: number;
  /** How often a call that is safe to repeat is tried again after 429, 5xx or a broken connection; 4 by default. */
  readonly maximumRetries?: number;
  /** Another implementation of fetch, for proxies or tests. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Runs models over files: submit a job, wait for it, get a result for every input.
 *
 * @example
 * const client = new MillraceClient({ baseUrl: "http://localhost:8080", apiKey: "prefix.secret" });
 * const job = await client.jobs.submitAwsS3("ed542963de", "0.0.27", sources, accessKeyId, secretAccessKey, "us-east-1");
 * await client.jobs.waitUntilComplete(job);
 * const { results, failures } = await client.results.get(job);
 */
export class MillraceClient {
  readonly jobs: Jobs;
  readonly results: Results;
  readonly models: Models;
  readonly webhooks: Webhooks;
  readonly audit: Audit;
  readonly keys: Keys;
  readonly users: Users;
  readonly teams: Teams;

  /** @throws MillraceError when the address or the key cannot be one. */
  constructor({
    baseUrl = environment("MILLRACE_URL", "baseUrl"),
    apiKey = environment("MILLRACE_API_KEY", "apiKey"),
    timeoutMs = 60_000,
    maximumRetries = 4,
    fetch,
  }: ClientOptions = {}) {
    if (!/^[^\s.]+\.\S+$/.test(apiKey))
      throw new MillraceError("apiKey is not valid (it is not shown): expected prefix.secret.");
    const transport = new Transport({
      apiUrl: toApiUrl(baseUrl),
      apiKey,
      timeoutMs,
      maximumRetries,
      // Browsers refuse fetch as a method of anything but the global object.
      fetch: fetch ?? ((...parameters) => globalThis.fetch(...parameters)),
    });
    this.jobs = new Jobs(transport);
    this.results = new Results(transport);
    this.models = new Models(transport);
    this.webhooks = new Webhooks(transport);
    this.audit = new Audit(transport);
    this.keys = new Keys(transport);
    this.users = new Users(transport);
    this.teams = new Teams(transport);
  }
}

/** Browsers have no environment. */
function environment(variable: string, option: string): string {
  const value = globalThis.process?.env[variable];
  if (value) return value;
  throw new MillraceError(`${option} is missing: pass it to the client or set ${variable}.`);
}

function toApiUrl(baseUrl: string): string {
  if (!URL.canParse(baseUrl) || !/^https?:/i.test(baseUrl)) {
    throw new MillraceError(
      `baseUrl is not valid: found ${JSON.stringify(baseUrl)}, expected an address such as http://localhost:8080.`,
    );
  }
  let end = baseUrl.length;
  while (baseUrl[end - 1] === "/") end -= 1;
  const root = baseUrl.slice(0, end);
  return root.endsWith("/api") ? root : `${root}/api`;
}
