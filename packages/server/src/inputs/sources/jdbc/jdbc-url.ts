import { parseUrl } from "@millrace/contract";
import { nearestName } from "@millrace/contract/mismatch";
import { sslModes, type SslMode } from "../../../database/ssl-mode.js";
import { ListingError } from "../../listed-input.js";
import type { InputDestination } from "../input-source.js";
import { parseSessionOptions, type Setting } from "./session-options.js";

/** What a JDBC URL says. */
export interface JdbcUrl {
  /** `"host:port/database"`, in quotes, for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly sslMode: SslMode;
  readonly applicationName: string;
  /** Milliseconds until the user has signed in; undefined for Millrace's own limit. */
  readonly connectTimeoutMs: number | undefined;
  /** Milliseconds until the next row; undefined for Millrace's own limit. */
  readonly rowTimeoutMs: number | undefined;
  /** What is set for the session before the query, in this order. */
  readonly settings: readonly Setting[];
}

/** Undefined for what is no address, which {@link parseJdbcUrl} says. */
export function destinationOfJdbc(url: string): InputDestination | undefined {
  const address = url.slice("jdbc:".length);
  const parsed = parseUrl(address);
  if (parsed === undefined) return undefined;
  const { hostname, port } = parsed;
  return { field: "input.url", host: hostname, port: Number(port || 5432) };
}

/**
 * Reads `jdbc:postgresql://host:port/database?sslmode=require`, as PostgreSQL's JDBC driver documents it
 * (https://jdbc.postgresql.org/documentation/use/). A parameter that is not supported is rejected: without it the query could read
 * other rows.
 *
 * @throws ListingError `jdbc.invalid_url` with a sentence that holds no value of the URL's parameters.
 */
export function parseJdbcUrl(url: string): JdbcUrl {
  const address = url.slice("jdbc:".length);
  const parsed = parseUrl(address);
  if (parsed === undefined) throw refuse("input.url is not an address: expected jdbc:postgresql://host:port/database.");
  const { hostname, port, pathname, searchParams, username, password, hash } = parsed;
  const database = decodeDatabase(pathname.slice(1));
  if (hostname === "" || database === "" || port === "0")
    throw refuse("input.url lacks a host, a port or a database: expected jdbc:postgresql://host:port/database.");
  if (username !== "" || password !== "") throw refuse(`input.url has a user before its host: ${sendInFields}`);
  if (hash !== "") throw refuse('input.url has a "#": write one that belongs to a name or a value as %23.');
  const parameters = readParameters(searchParams);
  const connectTimes = [parameters.get("connectTimeout"), parameters.get("loginTimeout")];
  return {
    name: JSON.stringify(`${hostname}:${port || 5432}/${database}`),
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 5432),
    database,
    sslMode: sslModeOf(parameters),
    applicationName: parameters.get("ApplicationName") || "millrace",
    connectTimeoutMs: shortest(
      connectTimes.map((text, index) => parseSeconds(text, index === 0 ? "connectTimeout" : "loginTimeout", 60)),
    ),
    rowTimeoutMs: parseSeconds(parameters.get("socketTimeout"), "socketTimeout", 300),
    settings: settingsOf(parameters),
  };
}

const supported = [
  "currentSchema",
  "options",
  "sslmode",
  "ssl",
  "ApplicationName",
  "connectTimeout",
  "loginTimeout",
  "socketTimeout",
];

const sendInFields = "send them in input.username and input.password, which are encrypted.";
const ofTheServersMachine =
  "it names a file or a class on the machine of the driver, here the server, whose files callers cannot use. Use sslmode=verify-full for a certificate of a public authority, or sslmode=require.";
/** Why parameters that people have in their URLs are not taken. */
const reasons: ReadonlyMap<string, string> = new Map([
  ...["user", "password"].map((name) => [name, sendInFields] as const),
  ...[
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslpasswordcallback",
    "sslfactory",
    "sslhostnameverifier",
  ].map((name) => [name, ofTheServersMachine] as const),
]);

function readParameters(searchParams: URLSearchParams): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of searchParams) {
    const field = `The parameter ${JSON.stringify(name.slice(0, 60))} of input.url`;
    const reason = reasons.get(name);
    if (reason !== undefined) throw refuse(`${field} is not supported: ${reason}`);
    if (!supported.includes(name)) {
      const meant = nearestName(name, supported);
      const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
      throw refuse(`${field} is not supported.${hint} Remove it, or use one of ${supported.join(", ")}.`);
    }
    if (parameters.has(name)) throw refuse(`${field} is there twice: write it once.`);
    if (/\p{Cc}/u.test(value)) throw refuse(`${field} has a control character.`);
    parameters.set(name, value);
  }
  return parameters;
}

function sslModeOf(parameters: ReadonlyMap<string, string>): SslMode {
  const mode = parameters.get("sslmode");
  const ssl = parameters.get("ssl");
  if (ssl !== undefined && !["", "true", "false"].includes(ssl))
    throw refuse('The parameter "ssl" of input.url is not valid: expected true or false.');
  // As pgjdbc does: `?ssl` without a value is true, and sslmode wins over it.
  if (mode === undefined) return ssl === undefined || ssl === "false" ? "prefer" : "verify-full";
  const known = sslModes.find((one) => one === mode);
  if (known === undefined)
    throw refuse(`The parameter "sslmode" of input.url is not valid: expected one of ${sslModes.join(", ")}.`);
  return known;
}

/** `currentSchema` wins over a search path in `options`, as it does in PostgreSQL. */
function settingsOf(parameters: ReadonlyMap<string, string>): Setting[] {
  const settings = parseSessionOptions(parameters.get("options") ?? "");
  const schema = parameters.get("currentSchema");
  if (schema === undefined) return settings;
  if (schema.trim() === "")
    throw refuse('The parameter "currentSchema" of input.url is empty: name a schema, or several with commas between.');
  return [...settings, { name: "search_path", value: schema }];
}

/** Undefined for 0, which means no limit of its own. */
function parseSeconds(text: string | undefined, name: string, maximum: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(seconds <= maximum))
    throw refuse(
      `The parameter ${JSON.stringify(name)} of input.url is not valid: expected whole seconds from 1 to ${maximum}, or 0 for Millrace's own limit.`,
    );
  return seconds === 0 ? undefined : seconds * 1_000;
}

function shortest(times: readonly (number | undefined)[]): number | undefined {
  const set = times.filter((time) => time !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

function decodeDatabase(text: string): string {
  let name: string;
  try {
    name = decodeURIComponent(text);
  } catch {
    throw refuse("input.url has a database with invalid percent-encoding: write a percent sign in its name as %25.");
  }
  // pg writes it between zero bytes: one inside would begin another setting of the connection.
  if (/\p{Cc}/u.test(name)) throw refuse("input.url has a database with a control character in its name.");
  return name;
}

function refuse(message: string): ListingError {
  return new ListingError("jdbc.invalid_url", message);
}
