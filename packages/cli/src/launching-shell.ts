const checkIntervalMs = 500;

/**
 * Calls `stop` once when the shell in which npm started this program ends. `npx` passes SIGTERM to that shell only, which
 * dies of it and leaves the program running. Started otherwise, a program may outlive its shell.
 *
 * @returns how to end the watch.
 */
export function watchLaunchingShell(
  stop: () => void,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): () => void {
  if (environment["npm_lifecycle_event"] === undefined) return () => {};
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    stop();
  }, checkIntervalMs).unref();
  return () => clearInterval(timer);
}
