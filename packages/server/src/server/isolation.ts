import { findIsolation, type Isolation } from "@millrace/runners";
import type { Configuration } from "../configuration/configuration.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import type { Log } from "../telemetry/log.js";

/** @throws ConfigurationError when models cannot be isolated, and must be. */
export async function checkIsolation({ requiresIsolation }: Configuration): Promise<Isolation> {
  const isolation = await findIsolation();
  if (!isolation.isIsolated && requiresIsolation)
    throw new ConfigurationError(`MILLRACE_ISOLATION is required, and models cannot be isolated: ${isolation.reason}`);
  return isolation;
}

export async function reportIsolation(log: Log): Promise<void> {
  const isolation = await findIsolation();
  if (isolation.isIsolated) log.info("models run in sandboxes");
  else log.warn({ reason: isolation.reason }, "models are not isolated: deploy only models that you trust");
}
