import type { AccountUser } from "../contract.js";
import { pages } from "../http/pages.js";
import type { CallOptions, Transport } from "../http/transport.js";

/** A user, or its identifier. */
export type UserReference = string | Pick<AccountUser, "identifier">;

/** Which users to list; texts match anywhere, in any case. */
export interface UserFilter extends CallOptions {
  /** Part of a name or e-mail address. */
  readonly search?: string;
  /** Active or Inactive. */
  readonly status?: string;
  /** Users asked for at a time, 100 by default. */
  readonly pageSize?: number;
}

export interface NewUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title?: string | null;
  /** The user's name in another system; the e-mail address by default. */
  readonly externalIdentifier?: string | null;
}

export interface UserChange {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly title?: string | null;
  /** The keys of an Inactive user are refused. */
  readonly status?: "Active" | "Inactive";
}

/** Users of the account. */
export class Users {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * The users of your account.
   *
   * @example
   * for await (const { email, status } of client.users.list({ search: "ada" })) console.log(email, status);
   */
  list({ pageSize = 100, signal, timeoutMs, ...query }: UserFilter = {}): AsyncGenerator<AccountUser> {
    return pages<AccountUser>(this.#transport, "/accounting/users", query, pageSize, { signal, timeoutMs });
  }

  /**
   * Creates a user, who calls with the keys that an administrator creates.
   *
   * @param account identifier of the account.
   * @throws ConflictError when the account has a user with that e-mail address.
   *
   * @example
   * await client.users.create(account, { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com" });
   */
  create(account: string, user: NewUser, options: CallOptions = {}): Promise<AccountUser> {
    const path = `/accounting/accounts/${encodeURIComponent(account)}/users`;
    return this.#transport.json<AccountUser>({ ...options, method: "POST", path, body: user });
  }

  /** Changes a user, or disables it. @throws NotFoundError; ConflictError for your own user. */
  update(user: UserReference, change: UserChange, options: CallOptions = {}): Promise<AccountUser> {
    const path = `/accounting/users/${encodeURIComponent(typeof user === "string" ? user : user.identifier)}`;
    return this.#transport.json<AccountUser>({ ...options, method: "PATCH", path, body: change });
  }
}
