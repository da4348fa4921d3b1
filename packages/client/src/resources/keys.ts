import type { AccessKey, MasterKeyState, NewAccessKey } from "../contract.js";
import type { CallOptions, Transport } from "../http/transport.js";

/** An API key, or its prefix. */
export type KeyReference = string | Pick<AccessKey, "prefix">;

/** What narrows a key; null lifts a limit. */
export interface KeyLimits {
  /** When it stops working. */
  readonly expiresAt?: Date | string | null;
  /** The scopes that narrow its roles. */
  readonly scopes?: readonly ("read" | "submit" | "models" | "manage")[] | null;
  /** Identifiers of the only models whose jobs it submits and sees. */
  readonly models?: readonly string[] | null;
}

export interface NewKeyOptions extends KeyLimits, CallOptions {
  readonly description?: string;
  /** DATA_SCIENTIST by default. */
  readonly roles?: readonly string[];
  /** Identifiers; the caller's own by default. */
  readonly user?: string;
  readonly team?: string;
  /** Identifier; the key then sees only that project's jobs. */
  readonly project?: string;
}

export interface KeyChange extends KeyLimits {
  readonly name?: string;
  readonly description?: string;
  readonly status?: "Active" | "Inactive";
}

/** API keys of the account, and the master key of the server. */
export class Keys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The account's keys without their secrets, the oldest first. */
  list(options: CallOptions = {}): Promise<AccessKey[]> {
    return this.#transport.json<AccessKey[]>({ ...options, method: "GET", path: "/accounting/access-keys" });
  }

  /**
   * Creates a key.
   *
   * @returns the key with its secret in `key`, which is shown this once.
   *
   * @example
   * const { key } = await client.keys.create("nightly import", { scopes: ["submit"], expiresAt: "2027-01-31" });
   */
  create(name: string, { signal, timeoutMs, ...fields }: NewKeyOptions = {}): Promise<NewAccessKey> {
    return this.#transport.json<NewAccessKey>({
      signal,
      timeoutMs,
      method: "POST",
      path: "/accounting/access-keys",
      body: { name, ...fields },
    });
  }

  /** Changes a key, or disables it. @throws NotFoundError. */
  update(key: KeyReference, change: KeyChange, options: CallOptions = {}): Promise<AccessKey> {
    return this.#transport.json<AccessKey>({ ...options, method: "PATCH", path: pathOf(key), body: change });
  }

  /** Gives a key another secret, and returns it; the old one stops working. @throws NotFoundError. */
  rotate(key: KeyReference, options: CallOptions = {}): Promise<NewAccessKey> {
    return this.#transport.json<NewAccessKey>({ ...options, method: "POST", path: `${pathOf(key)}/rotate` });
  }

  /** The state of the server's master key; for a system owner. */
  masterKey(options: CallOptions = {}): Promise<MasterKeyState> {
    return this.#transport.json<MasterKeyState>({ ...options, method: "GET", path: "/accounting/master-key" });
  }

  /** Starts to rotate the server's master key; finished when `masterKey()` has no `retiringKeyId`. @throws ConflictError. */
  rotateMaster(options: CallOptions = {}): Promise<MasterKeyState> {
    return this.#transport.json<MasterKeyState>({ ...options, method: "POST", path: "/accounting/master-key/rotate" });
  }
}

function pathOf(key: KeyReference): string {
  return `/accounting/access-keys/${encodeURIComponent(typeof key === "string" ? key : key.prefix)}`;
}
