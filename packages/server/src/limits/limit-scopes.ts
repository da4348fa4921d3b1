/** What limits are set for, from the smallest. */
export const limitScopes = ["key", "team", "account"] as const;
export type LimitScope = (typeof limitScopes)[number];
