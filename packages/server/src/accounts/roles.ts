/** The roles of keys; every key has at least one. */
export const roles = ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST", "TEAM_ROLE", "PROJECT", "AUDITOR"] as const;
export type Role = (typeof roles)[number];
