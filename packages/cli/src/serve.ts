import { once } from "node:events";
import { MillraceError } from "@millrace/client";
import {
  CloseTimeoutError,
  ConfigurationError,
  EmbeddedPostgresError,
  forgetSecrets,
  startServer,
  type Server,
} from "@millrace/server";
import { watchLaunchingShell } from "./launching-shell.js";
import { colors } from "./terminal/colors.js";
import { print } from "./terminal/print.js";

export interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly firstKeyFile?: string;
  readonly roles: { readonly api: boolean; readonly worker: boolean };
}

/**
 * Starts the server, says where it is, and runs until SIGINT or SIGTERM; a second signal ends it at once.
 *
 * @throws MillraceError with one sentence when the server cannot start as it is configured.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error("Stopped before it was ready."));
  const stopOrExit = () => (stopping.signal.aborted ? process.exit(130) : stop());
  process.on("SIGINT", stopOrExit).on("SIGTERM", stopOrExit);
  const unwatch = watchLaunchingShell(stop);
  let server: Server;
  try {
    server = await startServer({
      host: options.host,
      port: options.port,
      dataDirectory: options.data,
      firstKeyFile: options.firstKeyFile,
      roles: options.roles,
      signal: stopping.signal,
    });
  } catch (error) {
    if (stopping.signal.aborted) return;
    const isMendable = error instanceof ConfigurationError || error instanceof EmbeddedPostgresError;
    throw isMendable ? new MillraceError(error.message, { cause: error }) : error;
  }
  forgetSecrets();
  announce(server);
  if (!stopping.signal.aborted) await once(stopping.signal, "abort");
  print("Stopping ...");
  try {
    await server.close();
  } catch (error) {
    // Something hangs and would keep this process alive; the log says what.
    if (error instanceof CloseTimeoutError) process.exit(1);
    throw error;
  }
  unwatch();
  process.off("SIGINT", stopOrExit).off("SIGTERM", stopOrExit);
}

function announce(server: Server): void {
  const lines = [["Data", server.dataDirectory]];
  if (server.url !== undefined) lines.unshift(["API", `${server.url}/api`], ["Docs", `${server.url}/api/docs`]);
  print(colors.bold(server.url === undefined ? "Millrace worker is running" : "Millrace is running"));
  for (const [name = "", value] of lines) print(`  ${name.padEnd(8)}${value}`);
  if (server.newApiKey !== undefined) {
    const shown = server.firstKeyFile ?? `${colors.bold(server.newApiKey)}   (shown once: keep it)`;
    print(`  ${"API key".padEnd(8)}${shown}`);
  }
  print("Stop with Ctrl-C.");
}
