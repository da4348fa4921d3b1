/** What a key can be narrowed to; scopes never extend its roles. */
export const scopes = ["read", "submit", "models", "manage"] as const;
export type Scope = (typeof scopes)[number];
