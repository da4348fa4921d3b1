import { ApiError, MillraceError, type MillraceClient } from "@millrace/client";
import { connect, findConnection, type Connection, type ConnectionOptions } from "../connection/connection.js";
import type { Finding } from "./finding.js";

/** Checks the server that commands talk to: whether it answers, takes the key and has models. */
export async function* checkConnection(options: ConnectionOptions): AsyncGenerator<Finding> {
  let connection: Connection;
  let client: MillraceClient;
  try {
    connection = findConnection(options);
    client = connect(options);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return yield { subject: "server", status: "failed", message: error.message };
  }
  try {
    const versions: string[] = [];
    for (const { identifier, activeVersions } of await client.models.latest({ timeoutMs: 15_000 }))
      versions.push(...activeVersions.map((version) => `${identifier}@${version}`));
    yield { subject: "server", status: "ok", message: `${connection.url}, with the key of ${connection.source}` };
    yield versions.length > 0
      ? { subject: "models of the server", status: "ok", message: `${versions.length} active versions` }
      : {
          subject: "models of the server",
          status: "warning",
          message: "no active version: deploy one with millrace models deploy.",
        };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const advice =
      error instanceof ApiError
        ? `It answers at ${connection.url}, but refuses the key of ${connection.source}.`
        : "Start one with millrace serve, or choose another with millrace login or MILLRACE_URL.";
    yield { subject: "server", status: "failed", message: `${error.message} ${advice}` };
  }
}
