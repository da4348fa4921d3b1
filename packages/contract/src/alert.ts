import Type, { type Static } from "typebox";

/** Something that needs looking after, and how many things it affects. */
export const Alert = Type.Object({ type: Type.String(), count: Type.Integer() });
export type Alert = Static<typeof Alert>;
