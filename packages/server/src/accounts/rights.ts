import type { Entitlement } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";
import type { Caller } from "./caller.js";
import { roles, type Role } from "./roles.js";
import type { Scope } from "./scopes.js";

interface Right {
  readonly description: string;
  readonly longDescription: string;
  readonly roles: readonly Role[];
}

/** What roles allow. Every route requires one of these, see `http/route-rights.ts`. */
const rights = {
  CAN_READ: {
    description: "Read jobs, results and models",
    longDescription: "Follow jobs, read their results, and see models and metrics.",
    roles: roles.filter((role) => role !== "AUDITOR"),
  },
  CAN_READ_ACCOUNT: {
    description: "See the own account",
    longDescription: "See the account's users, teams, projects and API keys, and your own rights.",
    roles,
  },
  CAN_SUBMIT_JOBS: {
    description: "Submit and control jobs",
    longDescription: "Submit, pause, resume, retry and cancel jobs, and vote on their results.",
    roles: roles.filter((role) => role !== "AUDITOR"),
  },
  CAN_EDIT_MODELS: {
    description: "Deploy and update models",
    longDescription: "Create, describe, activate and deactivate models and versions.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"],
  },
  CAN_PATCH_PROCESSING_MODEL_VERSION: {
    description: "Set the engines of a model version",
    longDescription: "Set the minimum and maximum number of engines of a model version.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"],
  },
  CAN_MANAGE_ACCOUNT: {
    description: "Manage your account",
    longDescription: "Create and update the account's users, teams, projects and API keys.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN"],
  },
  CAN_READ_AUDIT_LOG: {
    description: "Read the audit log",
    longDescription: "Read who did what in the account, and what was refused.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "AUDITOR"],
  },
  CAN_MANAGE_ALL_ACCOUNTS: {
    description: "Manage all accounts",
    longDescription: "Create accounts and see all of them.",
    roles: ["SYSTEM_OWNER"],
  },
} as const satisfies Record<string, Right>;

export type RightName = keyof typeof rights;

/** What each scope leaves of what the roles allow. A right that is not here is not for keys with scopes. */
const scopeRights: Readonly<Record<Scope, readonly RightName[]>> = {
  read: ["CAN_READ", "CAN_READ_ACCOUNT", "CAN_READ_AUDIT_LOG"],
  submit: ["CAN_SUBMIT_JOBS"],
  models: ["CAN_EDIT_MODELS", "CAN_PATCH_PROCESSING_MODEL_VERSION"],
  manage: ["CAN_READ_ACCOUNT", "CAN_MANAGE_ACCOUNT", "CAN_MANAGE_ALL_ACCOUNTS"],
};

/** What a key was given: roles, and scopes that narrow them, if any. */
export interface Grant {
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[] | null;
}

/** What a caller is allowed to do, in the form of `GET /accounting/entitlements`. */
export function entitlementsOf(caller: Caller): Entitlement[] {
  return Object.entries<Right>(rights)
    .filter(([, right]) => has(caller, right))
    .map(([identifier, { description, longDescription }], index) => ({
      identifier,
      description,
      longDescription,
      weight: index + 1,
    }));
}

/**
 * Lets a caller pass who has a right.
 *
 * @throws MillraceError `forbidden`, naming the roles that have it.
 */
export function requireRight(caller: Caller, name: RightName): void {
  const right: Right = rights[name];
  if (has(caller, right)) return;
  if (has({ ...caller, scopes: null }, right)) {
    throw new MillraceError(
      "forbidden",
      `The API key ${caller.accessKey} cannot do this (${right.description.toLowerCase()}): its scopes are ${caller.scopes?.join(", ")}. Use a key with the scope ${scopeOf(name) ?? "that fits"}, or one without scopes.`,
    );
  }
  throw new MillraceError(
    "forbidden",
    `The API key ${caller.accessKey} cannot do this (${right.description.toLowerCase()}): it needs one of the roles ${right.roles.join(", ")} and has ${caller.roles.join(", ")}. Ask an administrator of your account.`,
  );
}

/**
 * Lets a caller pass who has every right that a key has: nobody creates, changes, rotates or disables a key or a user that may
 * do more than they may themselves.
 *
 * @param whose what has the rights, for the message: "The API key abc".
 * @throws MillraceError `forbidden`, naming the right that is missing.
 */
export function requireRightsOf(caller: Caller, owned: Grant, whose: string): void {
  const missing = Object.values<Right>(rights).find((right) => has(owned, right) && !has(caller, right));
  if (missing === undefined) return;
  throw new MillraceError(
    "forbidden",
    `${whose} has a right that the API key ${caller.accessKey} lacks (${missing.description.toLowerCase()}). Ask someone with one of the roles ${missing.roles.join(", ")}.`,
  );
}

/**
 * Lets a caller pass who can use its own key at least as long as another: nobody extends their access by a key that they create, rotate
 * or change.
 *
 * @param expiresAt when the other key stops working; null for never.
 * @param whose what expires, for the message: "The API key abc".
 * @throws MillraceError `forbidden`.
 */
export function requireEarlierEnd(caller: Caller, expiresAt: Date | null, whose: string): void {
  if (caller.expiresAt === null || (expiresAt !== null && expiresAt <= caller.expiresAt)) return;
  throw new MillraceError(
    "forbidden",
    `${whose} would work longer than the API key ${caller.accessKey}, which expires at ${caller.expiresAt.toISOString()}: set expiresAt to that moment or an earlier one, or use a key that lasts longer.`,
  );
}

/** Whether a caller acts for a team or a project only, and knows no more of the account's people and keys than that takes. */
export function isOfTeamOnly(caller: Caller): boolean {
  return (caller.isNarrowedToTeam || caller.projectIdentifier !== null) && !seesPeople(caller);
}

function seesPeople(caller: Caller): boolean {
  return has(caller, rights.CAN_MANAGE_ACCOUNT) || has(caller, rights.CAN_READ_AUDIT_LOG);
}

/** Whether a caller has a right. */
export function hasRight(caller: Caller, name: RightName): boolean {
  return has(caller, rights[name]);
}

function has({ roles: own, scopes: narrowedTo }: Grant, right: Right): boolean {
  const isInScope = narrowedTo?.some((scope) => scopeRights[scope].some((name) => rights[name] === right)) ?? true;
  return isInScope && own.some((role) => right.roles.includes(role));
}

function scopeOf(right: RightName): string | undefined {
  return Object.entries(scopeRights).find(([, names]) => names.includes(right))?.[0];
}
