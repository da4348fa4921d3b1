import { nearestName } from "@millrace/contract/mismatch";
import { ConfigurationError } from "../errors/configuration-error.js";

/** What the driver reads from a connection string. */
const supported: readonly string[] = [
  "sslmode",
  "ssl",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslnegotiation",
  "uselibpqcompat",
  "host",
  "port",
  "user",
  "password",
  "application_name",
  "fallback_application_name",
  "options",
  "client_encoding",
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "query_timeout",
];
/** `socket:/folder?db=name` */
const supportedWithSocket: readonly string[] = [...supported, "db", "encoding"];

/** How the driver says what others call by another name. */
const otherNames: ReadonlyMap<string, string> = new Map(
  ["currentSchema", "schema", "search_path", "searchpath"].map((name) => [name, "options=-c%20search_path=my_schema"]),
);

const modes = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"];

/**
 * Checks the parameters of DATABASE_URL. The driver drops those that it does not know without a word: with `?currentSchema=` it
 * would write into another schema.
 *
 * @throws ConfigurationError; its message names the parameter, never its value.
 */
export function requireKnownParameters(connectionString: string): void {
  const start = connectionString.indexOf("?");
  if (start === -1) return;
  const known = connectionString.startsWith("socket:") ? supportedWithSocket : supported;
  for (const [name, value] of new URLSearchParams(connectionString.slice(start))) {
    if (!known.includes(name)) {
      const meant = otherNames.get(name) ?? nearestName(name, known);
      const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
      throw new ConfigurationError(
        `The parameter ${JSON.stringify(name.slice(0, 60))} of DATABASE_URL is not supported.${hint} Remove it, or use one of ${supported.join(", ")}.`,
      );
    }
    if (name === "sslmode" && !modes.includes(value))
      throw new ConfigurationError(
        `The parameter "sslmode" of DATABASE_URL is not valid: expected one of ${modes.join(", ")}.`,
      );
  }
}
