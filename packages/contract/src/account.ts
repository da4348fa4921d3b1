import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

export const Team = Type.Object({ identifier: Type.String() });
export type Team = Static<typeof Team>;

export const User = Type.Object({
  identifier: Type.String(),
  externalIdentifier: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  email: Type.String(),
  status: Type.String(),
});
export type User = Static<typeof User>;

/** A user as a job shows it: with the public parts of its active API keys. */
export const UserWithAccessKeys = Type.Object({
  ...User.properties,
  title: Type.Union([Type.String(), Type.Null()], { description: "Null until an administrator sets it." }),
  pictureURL: Type.Union([Type.String(), Type.Null()]),
  accessKeys: Type.Array(Type.Object({ prefix: Type.String(), isDefault: Type.Boolean() }), {
    description: "Active keys; a key limited to a team or project sees only itself.",
  }),
});
export type UserWithAccessKeys = Static<typeof UserWithAccessKeys>;

/** Something that the caller is allowed to do. */
export const Entitlement = Type.Object({
  identifier: Type.String(),
  description: Type.String(),
  longDescription: Type.String(),
  weight: Type.Integer(),
});
export type Entitlement = Static<typeof Entitlement>;

export const Account = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  status: Type.String(),
  createdAt: WireDate,
});
export type Account = Static<typeof Account>;

/** A team of the caller's account. */
export const AccountTeam = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  createdAt: WireDate,
});
export type AccountTeam = Static<typeof AccountTeam>;

/** A user as the account's own lists show it. */
export const AccountUser = Type.Object({
  ...User.properties,
  title: Type.Union([Type.String(), Type.Null()]),
  pictureURL: Type.Union([Type.String(), Type.Null()]),
  lastActiveDateTime: Type.Union([WireDate, Type.Null()]),
  visited: Type.Boolean({ description: "The user has made an authenticated request." }),
  onboarded: Type.Boolean({ description: "The user has submitted a job." }),
  createdAt: WireDate,
  updatedAt: WireDate,
  activeAccessKeyCount: Type.Integer(),
  listAccessKeys: Type.Array(Type.String({ description: "Prefixes." })),
  account: Type.Object({ identifier: Type.String(), name: Type.String() }),
  submittedJobs: Type.Integer(),
});
export type AccountUser = Static<typeof AccountUser>;

/** The public part of an API key. */
export const AccessKey = Type.Object({
  prefix: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: Type.String(),
  isDefault: Type.Boolean(),
  isHighPriority: Type.Boolean(),
  createdAt: WireDate,
  lastActiveDateTime: Type.Union([WireDate, Type.Null()]),
  lastUsedAt: Type.Union([WireDate, Type.Null()], { description: "To the minute." }),
  expiresAt: Type.Union([WireDate, Type.Null()], { description: "When it stops to work; null for never." }),
  scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: "What its roles are narrowed to: read, submit, models, manage; null for all that they allow.",
  }),
  models: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: "Identifiers of the only models whose jobs it submits and sees; null for all.",
  }),
  submittedJobs: Type.Integer(),
  roles: Type.Array(Type.String()),
  keyType: Type.String({ description: "user, or system for the key of a project." }),
  user: Type.Object({ identifier: Type.String(), email: Type.String() }),
  team: Team,
  project: Type.Union([Type.Object({ identifier: Type.String() }), Type.Null()]),
});
export type AccessKey = Static<typeof AccessKey>;

/** A newly created key with its secret. */
export const NewAccessKey = Type.Object({
  ...AccessKey.properties,
  key: Type.String({ description: "prefix.secret: shown only once and not stored." }),
});
export type NewAccessKey = Static<typeof NewAccessKey>;

export const Project = Type.Object({
  identifier: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: Type.String(),
  visibility: Type.String(),
  accessKeys: Type.Array(AccessKey),
  user: Type.Object({
    identifier: Type.String(),
    firstName: Type.String(),
    lastName: Type.String(),
    email: Type.String(),
  }),
  createdAt: WireDate,
  updatedAt: WireDate,
});
export type Project = Static<typeof Project>;

/** A newly created project with its first key. */
export const NewProject = Type.Object({
  ...Project.properties,
  key: Type.String({ description: "prefix.secret of its first key: shown only once and not stored." }),
});
export type NewProject = Static<typeof NewProject>;

/** A newly created account with its administrator's key. */
export const NewAccount = Type.Object({
  ...Account.properties,
  key: Type.String({ description: "prefix.secret of its administrator: shown only once and not stored." }),
});
export type NewAccount = Static<typeof NewAccount>;

/** `processingEngines` is a number in a string: published clients decode nothing else (contract trap T26). */
export const License = Type.Object({ companyName: Type.String(), processingEngines: Type.String() });
export type License = Static<typeof License>;

const pageQuery = { page: Type.Optional(Type.String()), "per-page": Type.Optional(Type.String()) };

/** Filters of `GET /accounting/users`; texts match anywhere, in any case. */
export const UserQuery = Type.Object({
  ...pageQuery,
  firstName: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  search: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  accessKey: Type.Optional(Type.String()),
  startDate: Type.Optional(Type.String({ description: "With endDate: a range of the date that searchDate names." })),
  endDate: Type.Optional(Type.String()),
  searchDate: Type.Optional(Type.String({ description: "createdAt by default, updatedAt or lastActiveDateTime." })),
  "sort-by": Type.Optional(Type.String()),
  direction: Type.Optional(Type.String()),
});
export type UserQuery = Static<typeof UserQuery>;

/** Filters of `GET /accounting/projects`. */
export const ProjectQuery = Type.Object({
  ...pageQuery,
  search: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  "sort-by": Type.Optional(Type.String()),
  direction: Type.Optional(Type.String()),
});
export type ProjectQuery = Static<typeof ProjectQuery>;
