import { proxyVariables } from "./outbound.js";

/** The variables whose values no message shows. */
export const secretVariables: ReadonlySet<string> = new Set([
  "MILLRACE_API_KEY",
  "MILLRACE_MODEL_KEYS",
  "MILLRACE_MASTER_KEY",
  "MILLRACE_MASTER_KEY_PREVIOUS",
  "DATABASE_URL",
  "HTTP_PROXY",
  "HTTPS_PROXY",
]);

/** The secrets in the environment that libraries read by themselves. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>> = process.env): string[] {
  return ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].flatMap((name) => environment[name] ?? []);
}

/**
 * Removes what nobody needs any more once a server has started, so that no other code in this process finds it and no program
 * inherits it. The kernel keeps the original for whoever may read this process's /proc.
 */
export function forgetSecrets(environment: Record<string, string | undefined> = process.env): void {
  const credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD"];
  const proxies = [...proxyVariables].map((name) => name.toLowerCase());
  for (const name of [...secretVariables, ...credentials, ...proxies]) delete environment[name];
}
