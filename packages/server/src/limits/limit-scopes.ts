/** What limits apply to, smallest first. */
export const limitScopes = ["key", "team", "account"] as const;
export type LimitScope = (typeof limitScopes)[number];
