import type { Role } from "./roles.js";
import type { Scope } from "./scopes.js";

/** Who makes a request: the identity behind an API key. */
export interface Caller {
  readonly accountIdentifier: string;
  readonly teamIdentifier: string;
  readonly userIdentifier: string;
  /** The public part of the API key. */
  readonly accessKey: string;
  readonly roles: readonly Role[];
  /** The key's scopes; null if only its roles limit it. */
  readonly scopes: readonly Scope[] | null;
  /** The only models whose jobs it can submit and see; null for all models of its account. */
  readonly models: readonly string[] | null;
  /** When the key stops working; null for never. */
  readonly expiresAt: Date | null;
  /** Null for a key that belongs to no project. */
  readonly projectIdentifier: string | null;
  /** Whether only the jobs of `teamIdentifier` are visible, because of the request or the key's roles. */
  readonly isNarrowedToTeam: boolean;
}
