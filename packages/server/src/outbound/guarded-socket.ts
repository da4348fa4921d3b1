import type { LookupAddress } from "node:dns";
import { Socket } from "node:net";

/** Resolves a host and checks every address; rejects if one is not allowed. */
export type ResolveAllowed = (host: string, port: number) => Promise<readonly LookupAddress[]>;

/**
 * A TCP socket whose `connect(port, host)` goes to an address that the outbound policy allows, or ends the socket with the
 * policy's error. A host that has several addresses is tried at each, as Node does.
 */
export function createGuardedSocket(resolve: ResolveAllowed): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  const guarded = (port: number, host: string): Socket => {
    resolve(host, port).then(
      (addresses) => {
        if (socket.destroyed) return;
        connect({
          port,
          host,
          autoSelectFamily: true,
          // Connects to the checked addresses: the name is not resolved again.
          lookup: (_host, _options, found) => found(null, [...addresses]),
        });
      },
      (error: Error) => socket.destroy(error),
    );
    return socket;
  };
  return Object.assign(socket, { connect: guarded as Socket["connect"] });
}
