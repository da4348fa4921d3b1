import Type, { type Static } from "typebox";

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

/** A user as job details show it: with the public part of its API keys. */
export const UserWithAccessKeys = Type.Object({
  ...User.properties,
  title: Type.Union([Type.String(), Type.Null()]),
  pictureURL: Type.Union([Type.String(), Type.Null()]),
  accessKeys: Type.Array(Type.Object({ prefix: Type.String(), isDefault: Type.Boolean() })),
});
export type UserWithAccessKeys = Static<typeof UserWithAccessKeys>;
