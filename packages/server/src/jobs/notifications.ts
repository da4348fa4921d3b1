import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { withTimeLimit } from "@millrace/runners";
import type { Pool } from "pg";
import { onAbort } from "../lifecycle/on-abort.js";
import { untilAborted } from "../lifecycle/until-aborted.js";
import type { Log } from "../telemetry/log.js";

/** What is heard on one channel of the database (PostgreSQL's LISTEN), from every process that notifies. */
export interface Notifications {
  /** False while none may arrive: without a connection, or behind a pooler that gives each transaction another one. */
  isHeard(): boolean;
  close(): Promise<void>;
}

export interface NotificationOptions {
  /** A pool of which one connection is kept. */
  readonly pool: Pool;
  readonly channel: string;
  readonly log: Log;
  readonly onNotification: (payload: string) => void;
  /** Called when `isHeard` becomes true: notifications before may be lost. */
  readonly onHeard: () => void;
}

const pauseBeforeReconnectMs = 1_000;
// A connection is tried with a notification of its own, which must come back within the limit.
const echoIntervalMs = 10_000;
const echoLimitMs = 5_000;
const echoPrefix = "echo:";

/** Listens until closed, on a new connection whenever one breaks or falls silent. */
export function listenForNotifications(options: NotificationOptions): Notifications {
  const { log, onHeard } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let isHeard = false;

  const listening = (async () => {
    while (!signal.aborted) {
      try {
        for await (const _echo of echoes(options, signal)) {
          if (!isHeard) onHeard();
          isHeard = true;
        }
      } catch (error) {
        if (!signal.aborted) log.debug({ err: error }, "no notifications from the database; listening again");
      }
      isHeard = false;
      await delay(pauseBeforeReconnectMs, undefined, { signal }).catch(() => undefined);
    }
  })();

  return {
    isHeard: () => isHeard,
    async close() {
      closing.abort(new Error("No longer listening."));
      await listening;
    },
  };
}

/** Listens on one connection, and yields whenever that was seen to work; throws when it no longer does. */
async function* echoes(
  { pool, channel, onNotification }: NotificationOptions,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const broken = new AbortController();
  const stop = onAbort(signal, (reason) => broken.abort(reason));
  const connecting = pool.connect();
  try {
    const connection = await untilAborted(broken.signal, () => connecting);
    connection.on("error", (error) => broken.abort(error));
    connection.on("end", () => broken.abort(new Error("The connection ended.")));
    const token = `${echoPrefix}${randomUUID()}`;
    let onEcho = () => {};
    connection.on("notification", ({ payload = "" }) => {
      if (payload === token) onEcho();
      else if (!payload.startsWith(echoPrefix)) onNotification(payload);
    });
    await untilAborted(broken.signal, () => connection.query(`LISTEN ${channel}`));
    for (;;) {
      const echo = new Promise<void>((resolve) => (onEcho = resolve));
      await untilAborted(withTimeLimit(broken.signal, echoLimitMs), () =>
        Promise.all([connection.query("SELECT pg_notify($1, $2)", [channel, token]), echo]),
      );
      yield;
      await delay(echoIntervalMs, undefined, { signal: broken.signal });
    }
  } finally {
    stop();
    // The pool closes it, as it still listens; one that was never made is none to close.
    void connecting.then(
      (connection) => connection.release(true),
      () => undefined,
    );
  }
}
