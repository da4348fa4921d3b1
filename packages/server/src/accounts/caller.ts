import type { Role } from "./roles.js";
import type { Scope } from "./scopes.js";

/** On whose behalf something is done: what an API key stands for. */
export interface Caller {
  readonly accountIdentifier: string;
  readonly teamIdentifier: string;
  readonly userIdentifier: string;
  /** The public part of the API key. */
  readonly accessKey: string;
  readonly roles: readonly Role[];
  /** What the key is narrowed to; null for all that its roles allow. */
  readonly scopes: readonly Scope[] | null;
  /** The only models whose jobs it submits and sees; null for all that its account may. */
  readonly models: readonly string[] | null;
  /** When the key stops working; null for never. */
  readonly expiresAt: Date | null;
  /** Null for a key that belongs to no project. */
  readonly projectIdentifier: string | null;
  /** Only the jobs of `teamIdentifier` are seen, as the request or the key's roles want it. */
  readonly isNarrowedToTeam: boolean;
}
