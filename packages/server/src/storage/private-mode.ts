/** Callers' data on disk is for the server's own user: no other user of the machine reads uploads, results or listings. */
export const privateMode = { directory: 0o700, file: 0o600 } as const;
