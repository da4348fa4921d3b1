import type { ConnectionOptions } from "node:tls";

/** How a connection to PostgreSQL is encrypted, in the words and with the meaning of libpq and pgjdbc. */
export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** The `ssl` of a connection; false for none. */
export type Ssl = false | ConnectionOptions;

const unverified: Ssl = { rejectUnauthorized: false };

/** The ways that a mode allows, the first to be tried first. */
const waysOf: Readonly<Record<SslMode, readonly [Ssl, ...Ssl[]]>> = {
  disable: [false],
  allow: [false, unverified],
  prefer: [unverified, false],
  require: [unverified],
  // The certificate's chain, but not the host that it names.
  "verify-ca": [{ rejectUnauthorized: true, checkServerIdentity: () => undefined }],
  "verify-full": [{ rejectUnauthorized: true }],
};

/**
 * Connects in the ways that a mode allows, one after the other, until the server takes one.
 *
 * @param connect leaves nothing open when it rejects.
 * @throws the last error; an error that has nothing to do with encryption at once.
 */
export async function connectWithMode<Result>(mode: SslMode, connect: (ssl: Ssl) => Promise<Result>): Promise<Result> {
  const [first, second] = waysOf[mode];
  try {
    return await connect(first);
  } catch (error) {
    if (second === undefined || !mayBeForSsl(error)) throw error;
    return connect(second);
  }
}

// What pg says when the server declines TLS, or answers something else.
const declined = /^(The server does not support SSL connections|There was an error establishing an SSL connection)$/;
/** "no pg_hba.conf entry for host ..., no encryption", where the server wants the other way. */
const noEntryInHostRules = "28000";

function mayBeForSsl(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return declined.test(error.message) || code === noEntryInHostRules || /^(ERR_SSL|ERR_TLS|EPROTO)/.test(String(code));
}
