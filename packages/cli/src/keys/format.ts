import type { AccessKey } from "@millrace/client";
import type { Column } from "../terminal/table.js";

/** Columns of a list of API keys. */
export const keyColumns: readonly Column<AccessKey>[] = [
  { name: "prefix", text: ({ prefix }) => prefix, isWhole: true },
  { name: "name", text: ({ name }) => name },
  { name: "roles", text: ({ roles }) => roles.join(", ") },
  { name: "limits", text: ({ scopes, models }) => [...(scopes ?? []), ...(models ?? [])].join(", ") },
  { name: "last used", text: ({ lastUsedAt }) => lastUsedAt?.slice(0, 10) ?? "never", isWhole: true },
  { name: "expires", text: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? "never", isWhole: true },
  { name: "status", text: ({ status }) => status, isWhole: true },
];
