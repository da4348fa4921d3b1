/** What a key may be narrowed to; it never reaches further than its roles. */
export const scopes = ["read", "submit", "models", "manage"] as const;
export type Scope = (typeof scopes)[number];
