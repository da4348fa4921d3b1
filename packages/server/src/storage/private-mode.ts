/** Only the server's own user can read callers' data on disk: uploads, results and listings. */
export const privateMode = { directory: 0o700, file: 0o600 } as const;
