import { buildConnector, errors } from "undici";
import { createGuardedSocket, type ResolveAllowed } from "./guarded-socket.js";

// As in undici's own connector.
const keepAliveDelayMs = 60_000;

/**
 * Opens undici connections to addresses that callers chose: `connect` of an Agent or a Pool. TLS verifies the name.
 *
 * @param timeoutMs for the name and the connection, and again for TLS.
 */
export function createHttpConnector(resolve: ResolveAllowed, timeoutMs: number): buildConnector.connector {
  const startTls = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    const { hostname, protocol } = options;
    const isTls = protocol === "https:";
    const socket = createGuardedSocket(resolve);
    socket.setNoDelay(true).setKeepAlive(true, keepAliveDelayMs);
    const timer = setTimeout(() => socket.destroy(new errors.ConnectTimeoutError()), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      callback(error, null);
    };
    socket.once("error", fail).once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      if (isTls) startTls({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
    });
    socket.connect(Number(options.port || (isTls ? 443 : 80)), hostname);
  };
}
