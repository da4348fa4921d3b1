import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { ConfigurationError } from "../errors/configuration-error.js";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { apiVariables } from "./api.js";
import { databaseVariables } from "./database.js";
import { keyVariables } from "./keys.js";
import { limitVariables } from "./limits.js";
import { modelVariables } from "./models.js";
import { outboundVariables, proxyVariables } from "./outbound.js";
import { retentionVariables } from "./retention.js";
import { secretVariables } from "./secrets.js";
import { storageVariables } from "./storage.js";
import { workerVariables } from "./worker.js";

/** The environment variables that Millrace reads; nothing else in the server reads `process.env`. */
export const Environment = Type.Object({
  ...keyVariables,
  ...databaseVariables,
  ...storageVariables,
  ...modelVariables,
  MILLRACE_LOG_LEVEL: Type.Optional(
    Type.Enum(["silent", "error", "warn", "info", "debug"], { description: "Log level. Default: `info`." }),
  ),
  ...retentionVariables,
  ...workerVariables,
  ...limitVariables,
  ...apiVariables,
  ...outboundVariables,
});
export type Environment = Static<typeof Environment>;

const environmentSchema = Compile(Environment);

/**
 * The variables that are set; empty ones count as unset.
 *
 * @throws ConfigurationError naming the variable that is not valid.
 */
export function parseEnvironment(environment: Readonly<Record<string, string | undefined>>): Environment {
  const known = Object.fromEntries(
    Object.keys(Environment.properties).flatMap((name) => {
      const value = (proxyVariables.has(name) && environment[name.toLowerCase()]) || environment[name];
      return value ? [[name, value]] : [];
    }),
  );
  if (environmentSchema.Check(known)) return known;
  const errors = environmentSchema.Errors(known);
  const name = errors[0]?.instancePath.slice(1) ?? "";
  if (secretVariables.has(name)) {
    const { description = "" } = Environment.properties[name as keyof typeof Environment.properties] as {
      description?: string;
    };
    throw new ConfigurationError(`${name} is not valid (its value is not shown): ${description}`);
  }
  throw new ConfigurationError(describeMismatch("The environment", known, environmentSchema));
}
