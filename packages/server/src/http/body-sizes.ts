/** Default limit for a route's body. */
export const defaultBodyBytes = 2 ** 20;
/** Largest piece of an upload, with room for what multipart adds. Clients send pieces of at most 1 MiB, whatever is advertised (contract trap T7). */
export const pieceBodyBytes = 32 * 2 ** 20 + 2 ** 16;
