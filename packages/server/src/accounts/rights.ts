import type { Entitlement } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";
import type { Caller } from "./caller.js";
import { roles, type Role } from "./roles.js";

interface Right {
  readonly description: string;
  readonly longDescription: string;
  readonly roles: readonly Role[];
}

/** What roles allow. Every route that is not for all asks for one of these by `requireRight`. */
const rights = {
  CAN_SUBMIT_JOBS: {
    description: "Submit jobs and read results",
    longDescription: "Submit, follow, pause, retry and cancel jobs, and read their results.",
    roles,
  },
  CAN_EDIT_MODELS: {
    description: "Deploy and describe models",
    longDescription: "Make models and versions, describe, activate and deactivate them.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"],
  },
  CAN_PATCH_PROCESSING_MODEL_VERSION: {
    description: "Set the engines of a model version",
    longDescription: "Set how many engines a model version has at least and at most.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"],
  },
  CAN_MANAGE_ACCOUNT: {
    description: "Manage the own account",
    longDescription: "Make and change the account's users, teams, projects and API keys.",
    roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN"],
  },
  CAN_MANAGE_ALL_ACCOUNTS: {
    description: "Manage all accounts",
    longDescription: "Make accounts, and see those of others.",
    roles: ["SYSTEM_OWNER"],
  },
} as const satisfies Record<string, Right>;

export type RightName = keyof typeof rights;

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
  throw new MillraceError(
    "forbidden",
    `The API key ${caller.accessKey} may not do this (${right.description.toLowerCase()}): it needs one of the roles ${right.roles.join(", ")} and has ${caller.roles.join(", ")}. Ask an administrator of your account.`,
  );
}

/**
 * Lets a caller pass who has every right that some roles give: nobody creates, changes, rotates or disables a key or a user that may
 * do more than they may themselves.
 *
 * @param whose what has the roles, for the message: "The API key abc".
 * @throws MillraceError `forbidden`, naming the right that is missing.
 */
export function requireRightsOf(caller: Caller, owned: readonly Role[], whose: string): void {
  const missing = Object.values<Right>(rights).find(
    (right) => owned.some((role) => right.roles.includes(role)) && !has(caller, right),
  );
  if (missing === undefined) return;
  throw new MillraceError(
    "forbidden",
    `${whose} has a right that the API key ${caller.accessKey} lacks (${missing.description.toLowerCase()}). Ask someone with one of the roles ${missing.roles.join(", ")}.`,
  );
}

/** Whether a caller acts for a team or a project only, and knows no more of the account's people and keys than that takes. */
export function isOfTeamOnly(caller: Caller): boolean {
  return (caller.isNarrowedToTeam || caller.projectIdentifier !== null) && !has(caller, rights.CAN_MANAGE_ACCOUNT);
}

function has(caller: Caller, right: Right): boolean {
  return caller.roles.some((role) => right.roles.includes(role));
}
