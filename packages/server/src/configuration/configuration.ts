import type { ClientLimits } from "../limits/client-limits.js";
import { apiConfiguration, type ApiConfiguration } from "./api.js";
import { databaseConfiguration, type DatabaseConfiguration } from "./database.js";
import { parseEnvironment, type Environment } from "./environment.js";
import { keyConfiguration, type KeyConfiguration } from "./keys.js";
import { clientLimits } from "./limits.js";
import { modelConfiguration, type ModelConfiguration } from "./models.js";
import { outboundConfiguration, type OutboundConfiguration } from "./outbound.js";
import { retentionConfiguration, type RetentionConfiguration } from "./retention.js";
import type { Given } from "./settings.js";
import { storageConfiguration, type StorageConfiguration } from "./storage.js";
import { workerConfiguration, type WorkerConfiguration } from "./worker.js";

/** How a server runs, after defaults. */
export interface Configuration
  extends
    ApiConfiguration,
    DatabaseConfiguration,
    KeyConfiguration,
    ModelConfiguration,
    OutboundConfiguration,
    RetentionConfiguration,
    StorageConfiguration,
    WorkerConfiguration {
  readonly clientLimits: ClientLimits;
  readonly logLevel: Environment["MILLRACE_LOG_LEVEL"] & string;
  readonly roles: { readonly api: boolean; readonly worker: boolean };
}

/** What a caller may set; it wins over the environment. */
export type ConfigurationOptions = Given<Omit<Configuration, "clientLimits">> & {
  readonly clientLimits?: Partial<ClientLimits> | undefined;
};

/**
 * Joins what the caller gave, the environment and the defaults.
 *
 * @throws ConfigurationError naming the setting that is not valid.
 */
export function readConfiguration(
  given: ConfigurationOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const settings = parseEnvironment(environment);
  return {
    ...apiConfiguration(given, settings),
    ...databaseConfiguration(given, settings),
    ...keyConfiguration(given, settings),
    ...modelConfiguration(given, settings),
    ...outboundConfiguration(given, settings),
    ...retentionConfiguration(given, settings),
    ...storageConfiguration(given, settings),
    ...workerConfiguration(given, settings),
    clientLimits: clientLimits(given.clientLimits, settings),
    logLevel: given.logLevel ?? settings.MILLRACE_LOG_LEVEL ?? "info",
    roles: given.roles ?? { api: true, worker: true },
  };
}
