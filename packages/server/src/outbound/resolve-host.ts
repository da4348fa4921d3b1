import { lookup, type LookupAddress } from "node:dns";
import { promisify } from "node:util";

/** Finds every address of a name. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>;

const lookUp = promisify(lookup);

/** The operating system's resolver, including /etc/hosts. Rejects with a code of `dns.lookup`, such as ENOTFOUND. */
export const resolveHost: ResolveHost = (host) => lookUp(host, { all: true });
