import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type pg from "pg";
import { createTakeMessages } from "./server-messages.js";

/** Undeclared properties of a pg connection. */
interface ConnectionParts {
  /** TCP, and TLS once that is agreed upon. */
  readonly stream: Duplex;
  /** Called once, with the stream that messages come over. */
  attachListeners(stream: Pick<Duplex, "on">): void;
}

/** Control over a connection to an untrusted server. */
export interface Hold {
  /** Applies backpressure to the server while its rows are processed. */
  pause(): void;
  resume(): void;
  /** Closes the connection at once; pending calls reject with `reason`. */
  end(reason?: Error): void;
}

/**
 * Lets only whole, well-formed messages of bounded size through to pg; to be called before `connect`. A server that sends
 * anything else loses its connection.
 */
export function guardMessages(client: pg.Client): Hold {
  const connection = client.connection as unknown as ConnectionParts;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const messages = new EventEmitter();
    attach(messages as unknown as Duplex);
    const take = createTakeMessages();
    stream.on("data", (piece: Buffer) => {
      try {
        for (const message of take(piece)) messages.emit("data", message);
      } catch (error) {
        // An exception in pg here would crash the process.
        connection.stream.destroy(error as Error);
      }
    });
  };
  return {
    pause: () => void connection.stream.pause(),
    resume: () => void connection.stream.resume(),
    end: (reason) => void connection.stream.destroy(reason),
  };
}
