import type { Role } from "./roles.js";

/** On whose behalf something is done: what an API key stands for. */
export interface Caller {
  readonly accountIdentifier: string;
  readonly teamIdentifier: string;
  readonly userIdentifier: string;
  /** The public part of the API key. */
  readonly accessKey: string;
  readonly roles: readonly Role[];
  /** Null for a key that belongs to no project. */
  readonly projectIdentifier: string | null;
  /** Only the jobs of `teamIdentifier` are seen, as the request or the key's roles want it. */
  readonly isNarrowedToTeam: boolean;
}
