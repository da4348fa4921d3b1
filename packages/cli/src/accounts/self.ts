import { ForbiddenError, MillraceError, type MillraceClient } from "@millrace/client";
import { findConnection, type ConnectionOptions } from "../connection/connection.js";

/** Who calls. */
export interface Self {
  readonly url: string;
  /** Where address and key come from. */
  readonly source: string;
  readonly prefix: string;
  readonly keyName: string;
  readonly roles: readonly string[];
  /** What the key is limited to; null for all that its roles allow. */
  readonly scopes: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly user: string;
  readonly email: string;
  readonly account: string;
  readonly accountName: string;
}

/** @throws MillraceError when the key may not read the account; ApiError for a key that is not valid. */
export async function findSelf(client: MillraceClient, options: ConnectionOptions): Promise<Self> {
  const { url, source, apiKey } = findConnection(options);
  const prefix = apiKey.slice(0, apiKey.indexOf("."));
  try {
    const key = (await client.keys.list()).find((one) => one.prefix === prefix);
    if (key === undefined) throw new MillraceError(`The server at ${url} does not list the key ${prefix}.`);
    for await (const { identifier, account } of client.users.list())
      if (identifier === key.user.identifier)
        return {
          url,
          source,
          prefix,
          keyName: key.name,
          roles: key.roles,
          scopes: key.scopes,
          expiresAt: key.expiresAt,
          user: identifier,
          email: key.user.email,
          account: account.identifier,
          accountName: account.name,
        };
    throw new MillraceError(`The server at ${url} does not list the user of the key ${prefix}.`);
  } catch (error) {
    if (!(error instanceof ForbiddenError)) throw error;
    throw new MillraceError(`The key ${prefix} is valid for ${url}, but may not read its account: ${error.message}`, {
      cause: error,
    });
  }
}
