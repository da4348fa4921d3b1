import { requireKnownParameters } from "./connection-parameters.js";
import { createPool } from "./pool.js";
import { connectWithMode } from "./ssl-mode.js";

const undecidedMode = /([?&]sslmode=)(prefer|allow)(?=&|$)/;
// What the driver takes for verify-full, and says so in the log.
const verifiedMode = /([?&]sslmode=)(require|verify-ca)(?=&|$)/;

/**
 * Settles a connection string whose `sslmode` leaves the choice to the server, which the driver does not: `prefer` becomes TLS
 * without verification where the server has it, `allow` where the server wants it; otherwise neither uses TLS. `require` and
 * `verify-ca` become `verify-full`, unless `uselibpqcompat` asks for what libpq does.
 *
 * @throws ConfigurationError for a parameter that the driver would drop; the error of the connection.
 */
export async function settleSslMode(connectionString: string): Promise<string> {
  requireKnownParameters(connectionString);
  const mode = undecidedMode.exec(connectionString)?.[2] as "prefer" | "allow" | undefined;
  if (mode === undefined) {
    const isOfLibpq = /[?&]uselibpqcompat=true(?=&|$)/.test(connectionString);
    return isOfLibpq ? connectionString : connectionString.replace(verifiedMode, "$1verify-full");
  }
  return connectWithMode(mode, async (ssl) => {
    const settled = connectionString.replace(undecidedMode, ssl === false ? "$1disable" : "$1no-verify");
    const pool = createPool(settled, { maximumConnections: 1, applicationName: "millrace-start" });
    try {
      (await pool.connect()).release();
    } finally {
      await pool.end();
    }
    return settled;
  });
}
